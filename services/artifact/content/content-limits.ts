/** More than that is no message for watchers any more. */
export const MOST_CHANGES = 2000;
export const MOST_CHANGE_BYTES = 256 * 1024;
/** Of a document, in UTF-8. */
export const MOST_DOCUMENT_BYTES = 5_000_000;

/** As `graph_operation.proto` says them. */
export const MAX_OPERATIONS = 200;
export const MAX_MATCHES = 500;
export const MAX_SELECTOR_DEPTH = 5;
/** So many items may selectors and conditions of one patch look at: about a second's work. */
export const MAX_VISITS = 5_000_000;
export const DEFAULT_PATH_LENGTH = 20;

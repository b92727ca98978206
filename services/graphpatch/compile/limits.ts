/** As `graph_operation.proto` says them. */
export const MAX_OPERATIONS = 200;
export const MAX_MATCHES = 500;
export const MAX_SELECTOR_DEPTH = 5;
export const DEFAULT_PATH_LENGTH = 20;

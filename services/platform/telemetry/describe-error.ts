/** An error as the log shows it. */
export interface ErrorDescription {
  type: string;
  message: string;
  stack?: string;
  code?: string;
  /** The statement that failed, without its values. */
  query?: string;
  cause?: ErrorDescription;
}

/**
 * What an operator needs of an error. Not the values of a statement that failed: drizzle puts them into its message,
 * PostgreSQL into its detail, and they are what people wrote.
 */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  if (isFailedQuery(error)) {
    return { ...describeError(error.cause), query: error.query, stack: framesOf(error.cause, error) };
  }
  return {
    type: error.constructor.name,
    message: error.message,
    ...(error.stack !== undefined && { stack: error.stack }),
    ...("code" in error && { code: String(error.code) }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}

const isFailedQuery = (error: Error): error is Error & { query: string } =>
  "query" in error && typeof error.query === "string" && "params" in error && error.cause !== undefined;

/** Where it happened and who asked, without the messages above the frames. */
function framesOf(...errors: unknown[]): string {
  const stacks = errors.map((error) => (error instanceof Error ? (error.stack ?? "") : ""));
  return stacks
    .flatMap((stack) => stack.split("\n"))
    .filter((line) => /^ {4}at \S/.test(line) && line.length < 500)
    .join("\n");
}

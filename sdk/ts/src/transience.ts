import { Code, type ConnectError } from "@connectrpc/connect";
import { reasonOf } from "./errors.ts";

const REFUSALS: ReadonlySet<Code> = new Set([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.ResourceExhausted,
  Code.FailedPrecondition,
  Code.OutOfRange,
  Code.Unimplemented,
  Code.Unauthenticated,
]);

/** The codes that Connect gives to HTTP statuses 401, 403 and 404 of a proxy. */
const PROXY_REFUSALS: ReadonlySet<Code> = new Set([
  Code.Unauthenticated,
  Code.PermissionDenied,
  Code.Unimplemented,
]);

/** Whether an error that ended a stream may go away by opening it again. */
export function isTransientOnStream(error: ConnectError): boolean {
  // Without an answer of the server the codes are Connect's own: a cut message is INVALID_ARGUMENT there.
  if (!error.isWireError) return !PROXY_REFUSALS.has(error.code);
  const reason = reasonOf(error);
  if (reason === "TOO_MANY_STREAMS" || reason === "RATE_LIMITED") return true;
  return !REFUSALS.has(error.code);
}

/** Whether an error of a unary call with a request id may go away by repeating it. */
export function isTransientOnCall(error: ConnectError): boolean {
  if (!error.isWireError) return !PROXY_REFUSALS.has(error.code);
  return (
    error.code === Code.Unavailable || error.code === Code.DeadlineExceeded || error.code === Code.Aborted
  );
}

/** Remembers whether a renewed token is worth a try. */
export interface Renewal {
  /** Whether the error is a refused token and this is the first refusal in a row. */
  isWorthwhile(error: ConnectError): boolean;
  /** The server let us in. */
  succeeded(): void;
}

/** Allows one renewal in a row, if the token can be renewed at all. */
export function createRenewal(renewable: boolean): Renewal {
  let tried = false;
  return {
    isWorthwhile(error) {
      if (error.code !== Code.Unauthenticated || !renewable || tried) return false;
      tried = true;
      return true;
    },
    succeeded() {
      tried = false;
    },
  };
}

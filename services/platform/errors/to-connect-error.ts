import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { ErrorInfoSchema, RetryInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { ViolationsSchema } from "@ameide/proto/buf/validate/validate_pb.js";
import { ConnectError, type Code } from "@connectrpc/connect";
import { isDatabaseUnavailable } from "../db/sql-driver.ts";
import { AppError, type Reason } from "./app-error.ts";
import { CODE_OF_REASON, REASON_OF_CODE } from "./code-of-reason.ts";

/** `google.rpc.ErrorInfo.domain` of every error. */
export const ERROR_DOMAIN = "ameide";

const NO_DATABASE = "the database does not answer; try again with the same request_id";

/**
 * The one way an error leaves the server: a Connect code, exactly one ErrorInfo, and nothing internal. What is not
 * an AppError or an error that Connect raised itself becomes INTERNAL with the trace id.
 */
export function toConnectError(error: unknown, traceId: string): ConnectError {
  if (error instanceof AppError) return fromAppError(error);
  if (error instanceof ConnectError) return fromConnect(error, traceId);
  if (isBrokenStream(error)) return withReason("the caller went away", "CANCELED", {}, error);
  if (isDatabaseUnavailable(error)) return withReason(NO_DATABASE, "UNAVAILABLE", {}, error);
  return internal(traceId, error);
}

/** Node's name for a stream whose other side left before its end. */
const isBrokenStream = (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";

function fromAppError(error: AppError): ConnectError {
  const result = withReason(error.message, error.reason, { ...error.metadata }, error);
  result.details.push(...error.details);
  if (error.retryAfterMilliseconds !== undefined) {
    const retryDelay = durationFromMs(error.retryAfterMilliseconds);
    result.details.push({ desc: RetryInfoSchema, value: { retryDelay } });
    // For HTTP clients that know nothing of us.
    result.metadata.set("retry-after", String(Math.ceil(error.retryAfterMilliseconds / 1000)));
  }
  return result;
}

function fromConnect(error: ConnectError, traceId: string): ConnectError {
  if (error.findDetails(ErrorInfoSchema).length > 0) return error;
  const violations = error.findDetails(ViolationsSchema)[0];
  if (violations) {
    const result = withReason(error.rawMessage, "SCHEMA_VIOLATION", {}, error);
    result.details.push({ desc: ViolationsSchema, value: violations });
    return result;
  }
  if (isBrokenStream(error.cause)) return withReason("the caller went away", "CANCELED", {}, error);
  const reason = REASON_OF_CODE[error.code];
  return reason === undefined ? internal(traceId, error) : withReason(error.rawMessage, reason, {}, error);
}

function internal(traceId: string, cause: unknown): ConnectError {
  const message = `internal error; ask an operator for the log of trace ${traceId}`;
  return withReason(message, "INTERNAL", { trace_id: traceId }, cause);
}

function withReason(
  message: string,
  reason: Reason,
  metadata: Record<string, string>,
  cause: unknown,
): ConnectError {
  const info = create(ErrorInfoSchema, { reason, domain: ERROR_DOMAIN, metadata });
  const code: Code = CODE_OF_REASON[reason];
  return new ConnectError(message, code, undefined, [{ desc: ErrorInfoSchema, value: info }], cause);
}

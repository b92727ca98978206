import { Code } from "@connectrpc/connect";
import type { Reason } from "./app-error.ts";

/** The only place where a reason meets its Connect code. */
export const CODE_OF_REASON = {
  INTERNAL: Code.Internal,
  SCHEMA_VIOLATION: Code.InvalidArgument,
  PAGE_TOKEN_INVALID: Code.InvalidArgument,
  UNAUTHENTICATED: Code.Unauthenticated,
  SCOPE_MISSING: Code.PermissionDenied,
  VERSION_MISMATCH: Code.Aborted,
  REQUEST_ID_REUSED: Code.AlreadyExists,
  CHAT_NOT_FOUND: Code.NotFound,
  ARTIFACT_NOT_FOUND: Code.NotFound,
  RUN_NOT_FOUND: Code.NotFound,
  AGENT_NOT_FOUND: Code.NotFound,
  RELATION_NOT_FOUND: Code.NotFound,
  RUN_ACTIVE: Code.FailedPrecondition,
  RUN_NOT_RESUMABLE: Code.FailedPrecondition,
  BUDGET_EXCEEDED: Code.ResourceExhausted,
  PRICE_UNKNOWN: Code.FailedPrecondition,
  RATE_LIMITED: Code.ResourceExhausted,
  TOO_MANY_STREAMS: Code.ResourceExhausted,
  RESUME_GONE: Code.OutOfRange,
  RESUME_TOKEN_SCOPE: Code.PermissionDenied,
  RESUME_TOKEN_INVALID: Code.InvalidArgument,
  TOOL_NOT_ALLOWED: Code.PermissionDenied,
  PROVIDERS_EXHAUSTED: Code.Unavailable,
  MESSAGE_TOO_LARGE: Code.ResourceExhausted,
  DEADLINE_EXCEEDED: Code.DeadlineExceeded,
  CANCELED: Code.Canceled,
  UNAVAILABLE: Code.Unavailable,
  UNIMPLEMENTED: Code.Unimplemented,
  CONTENTION: Code.Aborted,
  MALFORMED: Code.InvalidArgument,
  INTERRUPT_STALE: Code.FailedPrecondition,
  TURN_QUEUE_FULL: Code.ResourceExhausted,
  BUDGET_NOT_FOUND: Code.NotFound,
  CONTENT_BLOCKED: Code.FailedPrecondition,
  AGENT_VERSION_EXISTS: Code.AlreadyExists,
  AGENT_DEFINITION_INVALID: Code.InvalidArgument,
} satisfies Record<Reason, Code>;

/** The reason for an error that Connect itself raised, by its code. */
export const REASON_OF_CODE: Partial<Record<Code, Reason>> = {
  [Code.Canceled]: "CANCELED",
  [Code.DeadlineExceeded]: "DEADLINE_EXCEEDED",
  [Code.InvalidArgument]: "MALFORMED",
  [Code.ResourceExhausted]: "MESSAGE_TOO_LARGE",
  [Code.Unauthenticated]: "UNAUTHENTICATED",
  [Code.Unavailable]: "UNAVAILABLE",
  [Code.Unimplemented]: "UNIMPLEMENTED",
};

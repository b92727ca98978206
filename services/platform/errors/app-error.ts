import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";

/** The name of a reason, as on the wire. */
export type Reason = Exclude<keyof typeof ErrorReason, "UNSPECIFIED">;

/** A refusal that the caller is told about: a stable reason, a message that says what to do, the thing by name. */
export class AppError extends Error {
  readonly reason: Reason;
  readonly metadata: Readonly<Record<string, string>>;
  /** When a retry may help, how long to wait first. */
  readonly retryAfterMilliseconds: number | undefined;
  /** What does not go into metadata; small, since gRPC carries errors in headers. */
  readonly details: readonly ErrorDetail[];

  constructor(reason: Reason, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = "AppError";
    this.reason = reason;
    this.metadata = options.metadata ?? {};
    this.retryAfterMilliseconds = options.retryAfterMilliseconds;
    this.details = options.details ?? [];
  }
}

/** A message that goes with a refusal. */
export interface ErrorDetail {
  desc: DescMessage;
  value: Message;
}

interface AppErrorOptions {
  metadata?: Readonly<Record<string, string>>;
  retryAfterMilliseconds?: number;
  details?: readonly ErrorDetail[];
  cause?: unknown;
}

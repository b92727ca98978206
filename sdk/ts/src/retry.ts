import { MethodOptions_IdempotencyLevel as Level } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Interceptor, type UnaryRequest } from "@connectrpc/connect";
import { backoffDelay, sleep } from "./backoff.ts";
import { reasonOf, retryDelayOf } from "./errors.ts";

/** Retries of unary calls. */
export interface RetryOptions {
  /** How often a call is made at most, the first time included. */
  readonly maxAttempts: number;
  /** Wait before the first repetition, in milliseconds, doubled each time; default 100. */
  readonly baseDelayMs?: number;
  /** Longest wait in milliseconds, unless the server asks for more; default 5000. */
  readonly maxDelayMs?: number;
}

/**
 * Repeats unary calls that failed as UNAVAILABLE and cannot take effect twice: reads, and commands with a
 * `requestId`; and any that were refused as RATE_LIMITED, after the time that the server asks for. Streams are left
 * alone.
 */
export function retryUnary(options: RetryOptions): Interceptor {
  const { maxAttempts, baseDelayMs = 100, maxDelayMs = 5000 } = options;
  return (next) => async (req) => {
    if (req.stream) return await next(req);
    for (let attempt = 1; ; attempt++) {
      try {
        return await next(req);
      } catch (error) {
        if (attempt >= maxAttempts || !mayRepeat(req, error)) throw error;
        const delay = backoffDelay(attempt, { baseDelayMs, maxDelayMs, random: Math.random });
        await sleep(Math.max(delay, retryDelayOf(error) ?? 0), req.signal);
      }
    }
  };
}

function mayRepeat(req: UnaryRequest, error: unknown): boolean {
  if (ConnectError.from(error).code === Code.Unavailable) return isRepeatable(req);
  // Refused before anything was done.
  return reasonOf(error) === "RATE_LIMITED" && retryDelayOf(error) !== undefined;
}

function isRepeatable(req: UnaryRequest): boolean {
  if (req.method.idempotency === Level.NO_SIDE_EFFECTS) return true;
  return (
    "requestId" in req.message && typeof req.message.requestId === "string" && req.message.requestId !== ""
  );
}

import { ErrorInfoSchema, RetryInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import type { RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { Code, ConnectError } from "@connectrpc/connect";
import { isSuspended } from "../run-progress.ts";
import { type FrameLog, HEARTBEAT_MS } from "./frame-log.ts";

/** What goes wrong on one connection. `after` counts frames that arrive before it does. */
export type Fault =
  | { readonly kind: "none" }
  /** The connection ends: in order, or with an error of this code. */
  | { readonly kind: "cut"; readonly after: number; readonly code: Code | undefined }
  /** The connection breaks after this many bytes, in order or not. */
  | { readonly kind: "bytes"; readonly at: number; readonly orderly: boolean }
  /** Nothing arrives any more, and the connection stays open. */
  | { readonly kind: "stall"; readonly after: number }
  /** Only heartbeats arrive, for ever. */
  | { readonly kind: "deaf"; readonly after: number }
  /** Every frame is sent with the `window` frames before it. */
  | { readonly kind: "repeat"; readonly window: number }
  /** One frame of the line is lost. */
  | { readonly kind: "skip"; readonly after: number }
  /** The server asks to come back. */
  | { readonly kind: "moved"; readonly after: number; readonly delayMs: number }
  /** The resume is refused. */
  | { readonly kind: "refused"; readonly reason: Refusal }
  /** Neither frames nor snapshot are left. */
  | { readonly kind: "gone" }
  /** The clock went 25 hours ahead: the token has expired. */
  | { readonly kind: "expired" }
  /** The resume lands on another server, which needs a while until it is served. */
  | { readonly kind: "replica"; readonly afterMs: number }
  /** The server says CONTINUED whatever the token says. */
  | { readonly kind: "lie" };

/** Why a resume may be refused without the stream being lost. */
export type Refusal =
  | "RESUME_GONE"
  | "RESUME_TOKEN_INVALID"
  | "TOO_MANY_STREAMS"
  | "UNAVAILABLE"
  | "UNAUTHENTICATED";

const CODE_OF_REFUSAL: Record<Refusal, Code> = {
  RESUME_GONE: Code.OutOfRange,
  RESUME_TOKEN_INVALID: Code.InvalidArgument,
  TOO_MANY_STREAMS: Code.ResourceExhausted,
  UNAVAILABLE: Code.Unavailable,
  UNAUTHENTICATED: Code.Unauthenticated,
};

/** An error as the server sends it. */
export function refusal(reason: Refusal): ConnectError {
  return new ConnectError("refused", CODE_OF_REFUSAL[reason], undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "ameide" } },
    ...(reason === "TOO_MANY_STREAMS"
      ? [{ desc: RetryInfoSchema, value: { retryDelay: { seconds: 1n } } }]
      : []),
  ]);
}

/** The frames of a connection with its fault done to them. */
export async function* withFault(
  frames: AsyncIterable<RunFrame>,
  fault: Fault,
  log: FrameLog,
  signal: AbortSignal,
): AsyncGenerator<RunFrame> {
  const sent: RunFrame[] = [];
  let count = 0;
  let skips = fault.kind === "skip" ? 1 : 0;
  for await (const frame of frames) {
    const due = "after" in fault ? count++ - fault.after : -1;
    if (due >= 0 && fault.kind === "cut") {
      // An orderly end behind PARKED would say that the run has ended.
      if (fault.code === undefined && !isParked(sent.at(-1))) return;
      throw new ConnectError("broken", fault.code);
    }
    if (due >= 0 && fault.kind === "stall") return await until(signal);
    if (due >= 0 && fault.kind === "moved") return yield moved(log, fault.delayMs);
    if (due >= 0 && fault.kind === "deaf" && !isHeard(frame, log)) continue;
    if (due >= 0 && fault.kind === "skip" && frame.seq > 0n && skips-- > 0) continue;
    if (fault.kind === "repeat") yield* sent.slice(-fault.window);
    yield frame;
    if (frame.seq > 0n) sent.push(frame);
  }
  while (fault.kind === "deaf" && !signal.aborted) {
    yield log.heartbeat();
    await log.changed(HEARTBEAT_MS, signal);
  }
}

/** What does not come from the log: heartbeats, and the end that only the database knows of. */
function isHeard({ frame, seq }: RunFrame, log: FrameLog): boolean {
  return frame.case === "heartbeat" || (log.endedSilently && seq === 0n);
}

function isParked(frame: RunFrame | undefined): boolean {
  return frame?.frame.case === "status" && isSuspended(frame.frame.value.state);
}

function moved(log: FrameLog, delayMs: number): RunFrame {
  const delay = { seconds: BigInt(Math.floor(delayMs / 1000)), nanos: (delayMs % 1000) * 1_000_000 };
  return log.frame(0, { case: "reconnect", value: { delay } });
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

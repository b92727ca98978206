import { RunFrameSchema, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { fromBinary } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { findRun, hasEnded, type RunRecord } from "../../inference/index.ts";
import { createWakeUp } from "../../platform/bus/wake-up.ts";
import type { Database } from "../../platform/db/database.ts";
import type { FrameLog, LogEntry, LogPage } from "../../platform/frame-log/frame-log.ts";
import { finalFrames, frameOf } from "./run-frames.ts";

export interface FollowDeps {
  database: Database;
  log: FrameLog;
  /** A silent stream says this often that it is alive. At most 8 seconds. */
  heartbeatMilliseconds: number;
  /** Aborts when this server goes down; readers are asked to come back. */
  draining: AbortSignal;
}

export interface Place {
  epoch: string;
  /** The last seq that the reader has. */
  seq: number;
  issue(seq: number): string;
  signal: AbortSignal;
}

const PAGE_FRAMES = 256;
/** Readers get a fresh resume token at least this often; sealing one costs more than sending a frame. */
const TOKEN_MILLISECONDS = 2000;
const RECONNECT_MILLISECONDS = 500;

/** The frames after a place, then live. Returns "behind" when the log no longer holds what comes next. */
export async function* followLine(
  deps: FollowDeps,
  tenantId: string,
  run: RunRecord,
  place: Place,
): AsyncGenerator<RunFrame, "over" | "behind"> {
  const stop = AbortSignal.any([place.signal, deps.draining]);
  const wakeUp = createWakeUp((wake) => deps.log.subscribe(run.runId, wake));
  let { seq } = place;
  let tokenAt = -Infinity;
  const stamped = (frame: RunFrame) => {
    if (performance.now() - tokenAt < TOKEN_MILLISECONDS) return frame;
    tokenAt = performance.now();
    return { ...frame, resumeToken: place.issue(seq) };
  };
  try {
    while (!stop.aborted) {
      const page = await deps.log.read(run.runId, seq, PAGE_FRAMES);
      if (page?.epoch !== place.epoch) break;
      if (page.oldestSeq > seq + 1) return "behind";
      for (const entry of page.entries) {
        const frame = decodeFrame(entry, page);
        seq = entry.seq;
        yield stamped(frame);
        if (isTerminal(frame)) return "over";
      }
      if (page.entries.length > 0 || (await wakeUp.wait(deps.heartbeatMilliseconds, stop)) || stop.aborted)
        continue;
      const ended = await endedSilently(deps, tenantId, run, seq);
      if (ended) return yield* over(ended, place.epoch);
      yield stamped(frameOf(run, place.epoch, heartbeat(seq)));
    }
  } finally {
    wakeUp.close();
  }
  if (!place.signal.aborted) yield { ...frameOf(run, place.epoch, RECONNECT), resumeToken: place.issue(seq) };
  return "over";
}

/** The run, if it ended and its terminal frame was lost. */
async function endedSilently(deps: FollowDeps, tenantId: string, run: RunRecord, seq: number) {
  const now = await findRun(deps.database.reader(tenantId), run.runId);
  if (!now || !(hasEnded(now) || now.state === RunState.PARKED)) return undefined;
  const page = await deps.log.read(run.runId, seq, 1);
  return page && page.entries.length > 0 ? undefined : now;
}

async function* over(run: RunRecord, epoch: string): AsyncGenerator<RunFrame, "over"> {
  yield* finalFrames(run, epoch);
  return "over";
}

function decodeFrame(entry: LogEntry, page: LogPage): RunFrame {
  const frame = fromBinary(RunFrameSchema, entry.data);
  // A run that was parked and goes on must not look ended to a reader who comes later.
  const { frame: body } = frame;
  const wentOn = entry.seq < page.nextSeq - 1;
  if (body.case === "status" && body.value.state === RunState.PARKED && wentOn)
    body.value.state = RunState.RUNNING;
  return frame;
}

function isTerminal({ frame }: RunFrame): boolean {
  return frame.case === "status" && TERMINAL.has(frame.value.state);
}

const TERMINAL: ReadonlySet<RunState> = new Set([
  RunState.COMPLETED,
  RunState.CANCELLED,
  RunState.FAILED,
  RunState.PARKED,
]);

const heartbeat = (seq: number): RunFrame["frame"] => ({
  case: "heartbeat",
  value: { $typeName: "ameide.inference.v1.Heartbeat", highSeq: BigInt(seq) },
});

const RECONNECT: RunFrame["frame"] = {
  case: "reconnect",
  value: { $typeName: "ameide.inference.v1.Reconnect", delay: durationFromMs(RECONNECT_MILLISECONDS) },
};

import { RunFrameSchema, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { fromBinary } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { findRun, type RunRecord } from "../../inference/index.ts";
import { createWakeUp } from "../../platform/bus/wake-up.ts";
import type { Database } from "../../platform/db/database.ts";
import type { FrameLog, LogPage } from "../../platform/frame-log/frame-log.ts";
import { finalFrames, frameOf, standsStill } from "./run-frames.ts";
import { isStatus, withToken, type LineFrame } from "./stored-frame.ts";

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
}

/** Who follows a line. */
export interface Follower {
  tenantId: string;
  issue(place: Place): string;
  signal: AbortSignal;
}

const PAGE_FRAMES = 256;
/** Readers get a fresh resume token at least this often; sealing one costs more than sending a frame. */
const TOKEN_MILLISECONDS = 2000;
const RECONNECT_MILLISECONDS = 500;

/** The frames after a place, then live. Returns "behind" when the log no longer holds what comes next. */
export async function* followLine(
  deps: FollowDeps,
  follower: Follower,
  run: RunRecord,
  { epoch, seq: from }: Place,
): AsyncGenerator<LineFrame, "over" | "behind"> {
  const { tenantId, signal } = follower;
  const stop = AbortSignal.any([signal, deps.draining]);
  // Joined signals are slow to ask.
  const isStopped = () => signal.aborted || deps.draining.aborted;
  const wakeUp = createWakeUp((wake) => deps.log.subscribe(run.runId, wake));
  const stamped = createStamp(follower, epoch);
  let seq = from;
  let mayBeOver = standsStill(run);
  try {
    while (!isStopped()) {
      const page = await deps.log.read(run.runId, seq, PAGE_FRAMES);
      if (page?.epoch !== epoch) break;
      if (page.oldestSeq > seq + 1) return "behind";
      for (const entry of page.entries) {
        seq = entry.seq;
        if (!isStatus(entry.data)) {
          yield stamped(entry.data, seq);
          continue;
        }
        const frame = fromBinary(RunFrameSchema, entry.data);
        if (isParked(frame) && (await hasGoneOn(deps, tenantId, run, seq, page))) {
          frame.frame.value.state = RunState.RUNNING;
          mayBeOver = true;
        }
        yield stamped(frame, seq);
        if (isTerminal(frame)) return "over";
      }
      if (page.entries.length > 0) continue;
      if (!mayBeOver && ((await wakeUp.wait(deps.heartbeatMilliseconds, stop)) || isStopped())) continue;
      const over = await overSilently(deps, tenantId, run, seq);
      if (over) {
        yield* finalFrames(over, epoch);
        return "over";
      }
      if (!mayBeOver) yield stamped(frameOf(run, epoch, heartbeat(seq)), seq);
      mayBeOver = false;
    }
  } finally {
    wakeUp.close();
  }
  if (!signal.aborted)
    yield { ...frameOf(run, epoch, RECONNECT), resumeToken: follower.issue({ epoch, seq }) };
  return "over";
}

function createStamp({ issue }: Follower, epoch: string) {
  let stampedAt = -Infinity;
  return (frame: LineFrame, seq: number): LineFrame => {
    if (performance.now() - stampedAt < TOKEN_MILLISECONDS) return frame;
    stampedAt = performance.now();
    const resumeToken = issue({ epoch, seq });
    return frame instanceof Uint8Array ? withToken(frame, resumeToken) : { ...frame, resumeToken };
  };
}

/** The run, if it ended or was parked and the frame that says so was lost. */
async function overSilently(
  deps: FollowDeps,
  tenantId: string,
  { runId }: RunRecord,
  seq: number,
): Promise<RunRecord | undefined> {
  const now = await findRun(deps.database.reader(tenantId), runId);
  if (!now || !standsStill(now)) return undefined;
  const page = await deps.log.read(runId, seq, 1);
  return page && page.entries.length > 0 ? undefined : now;
}

type Parked = RunFrame & { frame: { case: "status" } };

const isParked = (frame: RunFrame): frame is Parked =>
  frame.frame.case === "status" && frame.frame.value.state === RunState.PARKED;

/** A run that was parked and went on, or was cancelled since, must not look parked to who reads its line again. */
async function hasGoneOn(
  deps: FollowDeps,
  tenantId: string,
  { runId }: RunRecord,
  seq: number,
  page: LogPage,
): Promise<boolean> {
  if (seq < page.nextSeq - 1) return true;
  return (await findRun(deps.database.reader(tenantId), runId))?.state !== RunState.PARKED;
}

function isTerminal({ frame }: RunFrame): boolean {
  return frame.case === "status" && standsStill(frame.value);
}

const heartbeat = (seq: number): RunFrame["frame"] => ({
  case: "heartbeat",
  value: { $typeName: "ameide.inference.v1.Heartbeat", highSeq: BigInt(seq) },
});

const RECONNECT: RunFrame["frame"] = {
  case: "reconnect",
  value: { $typeName: "ameide.inference.v1.Reconnect", delay: durationFromMs(RECONNECT_MILLISECONDS) },
};

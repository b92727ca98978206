import {
  RunFrameSchema,
  StatusSchema,
  type RunFrame,
  type Status,
} from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create, fromBinary } from "@bufbuild/protobuf";
import { findRun, isSuspended, type RunRecord } from "../../inference/index.ts";
import { onAbort } from "../../platform/bus/on-abort.ts";
import { createWakeUp } from "../../platform/bus/wake-up.ts";
import type { Database } from "../../platform/db/database.ts";
import type { FrameLog, LogPage } from "../../platform/frame-log/frame-log.ts";
import { heartbeat, RECONNECT } from "./aside-frames.ts";
import { finalFrames, frameOf, standsStill } from "./run-frames.ts";
import { isStatus, withToken, type LineFrame, type Send } from "./stored-frame.ts";

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

export interface FrameReader {
  send: Send;
  /** Aborts when the reader left. */
  signal: AbortSignal;
}

/** Who follows a line. */
export interface Follower extends FrameReader {
  tenantId: string;
  issue(place: Place): string;
}

/** What a reader that does not read holds of the log. */
const PAGE_FRAMES = 64;
/** Readers get a fresh resume token at least this often; sealing one costs more than sending a frame. */
const TOKEN_MILLISECONDS = 5000;

/** Sends the frames after a place, page by page, then live. Resolves to "behind" when the log no longer holds what comes next. */
export async function followLine(
  deps: FollowDeps,
  follower: Follower,
  run: RunRecord,
  { epoch, seq: from }: Place,
): Promise<"over" | "behind"> {
  const { signal, send } = follower;
  const isStopped = () => signal.aborted || deps.draining.aborted;
  const wakeUp = createWakeUp((wake) => {
    const stops = [deps.log.subscribe(run.runId, wake), onAbort(deps.draining, wake)];
    return () => stops.forEach((stop) => stop());
  });
  const stamped = createStamp(follower, epoch);
  let seq = from;
  let mayBeOver = standsStill(run);
  try {
    while (!isStopped()) {
      const page = await deps.log.read(run.runId, seq, PAGE_FRAMES);
      if (page?.epoch !== epoch) break;
      if (page.oldestSeq > seq + 1) return "behind";
      const told = page.entries.some(({ data }) => isStatus(data))
        ? await framesWithStatus(deps, follower, run, page, stamped)
        : {
            frames: page.entries.map(({ data, seq: at }) => stamped(data, at)),
            goesOn: false,
            isOver: false,
          };
      const { frames, goesOn, isOver } = told;
      seq = page.entries.at(-1)?.seq ?? seq;
      mayBeOver ||= goesOn;
      if (frames.length > 0) await send(frames);
      if (isOver) return "over";
      // After a page that was not full there is nothing to read, or a wake-up waits already.
      if (frames.length === PAGE_FRAMES || (frames.length > 0 && mayBeOver)) continue;
      if (!mayBeOver && ((await wakeUp.wait(deps.heartbeatMilliseconds, signal)) || isStopped())) continue;
      const over = await overSilently(deps, follower.tenantId, run, seq);
      if (over) {
        await send(finalFrames(over, epoch));
        return "over";
      }
      if (!mayBeOver) await send([stamped(frameOf(run, epoch, heartbeat(seq)), seq)]);
      mayBeOver = false;
    }
  } finally {
    wakeUp.close();
  }
  if (!signal.aborted)
    await send([{ ...frameOf(run, epoch, RECONNECT), resumeToken: follower.issue({ epoch, seq }) }]);
  return "over";
}

/** The frames of a page in which the run's state changes, as this reader gets them. */
async function framesWithStatus(
  deps: FollowDeps,
  { tenantId }: Follower,
  run: RunRecord,
  page: LogPage,
  stamped: Stamp,
): Promise<{ frames: LineFrame[]; goesOn: boolean; isOver: boolean }> {
  const frames: LineFrame[] = [];
  let goesOn = false;
  for (const { data, seq } of page.entries) {
    if (!isStatus(data)) {
      frames.push(stamped(data, seq));
      continue;
    }
    const frame = fromBinary(RunFrameSchema, data);
    if (isStop(frame) && (await hasGoneOn(deps, tenantId, run, frame.frame.value, seq < page.nextSeq - 1))) {
      frame.frame.value = create(StatusSchema, { state: RunState.RUNNING });
      goesOn = true;
    }
    frames.push(stamped(frame, seq));
    if (isTerminal(frame)) return { frames, goesOn, isOver: true };
  }
  return { frames, goesOn, isOver: false };
}

type Stamp = (frame: LineFrame, seq: number) => LineFrame;

function createStamp({ issue }: Follower, epoch: string): Stamp {
  let stampedAt = -Infinity;
  return (frame, seq) => {
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

type Stop = RunFrame & { frame: { case: "status" } };

const isStop = (frame: RunFrame): frame is Stop =>
  frame.frame.case === "status" && isSuspended(frame.frame.value);

/** A run that was suspended and went on, or was cancelled since, must not look so to who reads its line again. */
async function hasGoneOn(
  deps: FollowDeps,
  tenantId: string,
  { runId }: RunRecord,
  { state, interrupt }: Status,
  isFollowed: boolean,
): Promise<boolean> {
  if (isFollowed) return true;
  const now = await findRun(deps.database.reader(tenantId), runId);
  return now?.state !== state || now.end?.interrupt?.interruptId !== interrupt?.interruptId;
}

function isTerminal({ frame }: RunFrame): boolean {
  return frame.case === "status" && standsStill(frame.value);
}

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
import { createWakeUp, type WakeUp } from "../../platform/bus/wake-up.ts";
import type { Database } from "../../platform/db/database.ts";
import type { FrameBatch, FrameLog, LogPage } from "../../platform/frame-log/frame-log.ts";
import { heartbeat, RECONNECT } from "./aside-frames.ts";
import { LineEnd } from "./line-end.ts";
import { finalFrames, frameOf, standsStill } from "./run-frames.ts";
import { isStatus, type FrameReader, type LineFrame } from "./stored-frame.ts";

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
  reader: FrameReader;
  tenantId: string;
  issue(place: Place): string;
}

/** What a reader that does not read holds of the log. */
const PAGE_FRAMES = 64;

/** Sends the frames after a place, page by page, then live. Resolves to "behind" when the log no longer holds what comes next. */
export async function followLine(
  deps: FollowDeps,
  follower: Follower,
  run: RunRecord,
  { epoch, seq: from }: Place,
): Promise<"over" | "behind"> {
  const { reader } = follower;
  const { signal } = reader;
  const isStopped = () => signal.aborted || deps.draining.aborted;
  const end = new LineEnd(follower, { epoch, seq: from });
  const wakeUp = wakeUpWithNews(deps, run, end);
  let mayBeOver = standsStill(run);
  try {
    while (!isStopped()) {
      const page = await deps.log.read(run.runId, end.seq, PAGE_FRAMES);
      if (page?.epoch !== epoch) break;
      if (page.oldestSeq > end.seq + 1) return "behind";
      const { frames, goesOn, isOver } = await framesOf(deps, follower, run, page, end);
      end.seq = page.entries.at(-1)?.seq ?? end.seq;
      mayBeOver ||= goesOn;
      if (frames.length > 0) await reader.send(frames);
      if (isOver) return "over";
      // After a page that was not full there is nothing to read, or a wake-up waits already.
      if (frames.length === PAGE_FRAMES || (frames.length > 0 && mayBeOver)) continue;
      if (
        !mayBeOver &&
        ((await end.liveUntil(wakeUp.wait(deps.heartbeatMilliseconds, signal))) || isStopped())
      )
        continue;
      const over = await overSilently(deps, follower.tenantId, run, end.seq);
      if (over) {
        await reader.send(finalFrames(over, epoch));
        return "over";
      }
      if (!mayBeOver) await reader.send([end.stamped(frameOf(run, epoch, heartbeat(end.seq)), end.seq)]);
      mayBeOver = false;
    }
  } finally {
    wakeUp.close();
  }
  if (!signal.aborted)
    await reader.send([
      { ...frameOf(run, epoch, RECONNECT), resumeToken: follower.issue({ epoch, seq: end.seq }) },
    ]);
  return "over";
}

/** Wakes for news that could not be sent as they came; sending some puts the next heartbeat off. */
function wakeUpWithNews(deps: FollowDeps, { runId }: RunRecord, end: LineEnd): WakeUp {
  const wakeUp = createWakeUp((wake) => {
    const hear = (appended?: FrameBatch) => {
      const isSent = end.passOn(appended);
      if (isSent) wakeUp.putOff();
      else wake();
      return isSent;
    };
    const stops = [deps.log.subscribe(runId, hear), onAbort(deps.draining, wake)];
    return () => stops.forEach((stop) => stop());
  });
  return wakeUp;
}

/** The frames of a page, as this reader gets them; most pages do not change the run's state. */
async function framesOf(
  deps: FollowDeps,
  { tenantId }: Follower,
  run: RunRecord,
  page: LogPage,
  end: LineEnd,
): Promise<{ frames: LineFrame[]; goesOn: boolean; isOver: boolean }> {
  const isPlain = !page.entries.some(({ data }) => isStatus(data));
  if (isPlain)
    return {
      frames: page.entries.map((one) => end.stamped(one.data, one.seq)),
      goesOn: false,
      isOver: false,
    };
  const frames: LineFrame[] = [];
  let goesOn = false;
  for (const { data, seq } of page.entries) {
    if (!isStatus(data)) {
      frames.push(end.stamped(data, seq));
      continue;
    }
    const frame = fromBinary(RunFrameSchema, data);
    if (isStop(frame) && (await hasGoneOn(deps, tenantId, run, frame.frame.value, seq < page.nextSeq - 1))) {
      frame.frame.value = create(StatusSchema, { state: RunState.RUNNING });
      goesOn = true;
    }
    frames.push(end.stamped(frame, seq));
    if (isTerminal(frame)) return { frames, goesOn, isOver: true };
  }
  return { frames, goesOn, isOver: false };
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

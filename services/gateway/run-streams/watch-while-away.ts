import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { findProgress, findRun, type RunRecord } from "../../inference/index.ts";
import { onAbort } from "../../platform/bus/on-abort.ts";
import { createWakeUp } from "../../platform/bus/wake-up.ts";
import { LogAway } from "../../platform/frame-log/frame-log.ts";
import { heartbeat, RECONNECT, resumed } from "./aside-frames.ts";
import type { FollowDeps, Follower, Place } from "./follow-line.ts";
import { finalFrames, frameOf, snapshotFrame, standsStill } from "./run-frames.ts";

/** Of the reader who waits. */
export interface Waiting {
  /** Of the line that the reader has; empty when none. */
  epoch: string;
  /** The reader was not told yet what it may rely on. */
  isToBeTold: boolean;
}

/** The database is asked for news twice as often as a silent stream says that it is alive. */
const POLLS_PER_HEARTBEAT = 2;

/**
 * The run as the database has it, while nobody can read the log: a snapshot whenever there is a new one, and the end.
 * Resolves to whether the reader was shown one when the log is back; "over" when nothing more is to come.
 */
export async function watchWhileAway(
  deps: FollowDeps,
  follower: Follower,
  run: RunRecord,
  waiting: Waiting,
): Promise<"over" | { wasShown: boolean }> {
  const { reader, tenantId } = follower;
  const { signal } = reader;
  const stored = deps.database.reader(tenantId);
  const wakeUp = createWakeUp((wake) => onAbort(deps.draining, wake));
  let shown: Place | undefined;
  const told = (place: Place) =>
    waiting.isToBeTold && !shown
      ? [frameOf(run, place.epoch, resumed(ResumeState.SNAPSHOT_THEN_CONTINUED, place))]
      : [];
  try {
    while (!signal.aborted && !deps.draining.aborted) {
      const [now, progress] = await Promise.all([
        findRun(stored, run.runId),
        findProgress(stored, run.runId),
      ]);
      if (now && standsStill(now)) {
        const epoch = shown?.epoch ?? waiting.epoch;
        await reader.send([...told({ epoch, seq: 0 }), ...finalFrames(now, epoch)]);
        return "over";
      }
      const { epoch, snapshot } = progress ?? {};
      const place = snapshot && epoch !== undefined ? { epoch, seq: Number(snapshot.seq) } : undefined;
      if (snapshot && place && (place.epoch !== shown?.epoch || place.seq !== shown.seq)) {
        const whole = snapshotFrame(run, place.epoch, snapshot);
        await reader.send([...told(place), { ...whole, resumeToken: follower.issue(place) }]);
        shown = place;
      } else {
        await reader.send([frameOf(run, shown?.epoch ?? waiting.epoch, heartbeat(0))]);
      }
      await wakeUp.wait(deps.heartbeatMilliseconds / POLLS_PER_HEARTBEAT, signal);
      if (await isBack(deps, run)) return { wasShown: shown !== undefined };
    }
  } finally {
    wakeUp.close();
  }
  if (!signal.aborted) await reader.send([frameOf(run, shown?.epoch ?? waiting.epoch, RECONNECT)]);
  return "over";
}

async function isBack({ log }: FollowDeps, { runId }: RunRecord): Promise<boolean> {
  try {
    await log.read(runId, 0, 0);
    return true;
  } catch (error) {
    if (error instanceof LogAway) return false;
    throw error;
  }
}

import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import type { WatchRunRequest } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { LogAway, type LogHead } from "../../platform/frame-log/frame-log.ts";
import { findRun, loadReadableRun, type RunRecord } from "../../inference/index.ts";
import { resumed } from "./aside-frames.ts";
import { followLine, type FollowDeps, type Follower, type Place } from "./follow-line.ts";
import { finalFrames, frameOf, snapshotFrame, snapshotUnderWay, standsStill } from "./run-frames.ts";
import type { ResumePosition, ResumeTokens } from "./resume-token.ts";
import type { FrameReader } from "./stored-frame.ts";
import { watchWhileAway } from "./watch-while-away.ts";

export interface WatchDeps extends FollowDeps {
  tokens: ResumeTokens;
}

type WatchWanted = Pick<WatchRunRequest, "runId" | "resumeToken" | "afterSeq">;

/**
 * Sends the frames of a run to one reader, as many at a time as there are: from the start, from a resume token, or from a snapshot where frames are gone.
 * Ends after a terminal status; ends without one only when the reader left or was asked to reconnect.
 */
export async function watchRun(
  deps: WatchDeps,
  actor: Actor,
  wanted: WatchWanted,
  reader: FrameReader,
): Promise<void> {
  requireScope(actor, "run.read");
  const { tenantId } = actor;
  const { resumeToken } = wanted;
  let run = await loadReadableRun(deps.database.reader(tenantId), actor, wanted.runId);
  // As it is stored: the caller may have typed it in capitals.
  const { runId } = run;
  const resumes = resumeToken !== "";
  const issue = (place: Place) => deps.tokens.issue(actor, runId, place);
  const position = resumes ? positionOf(deps.tokens.open(actor, runId, resumeToken), wanted) : FROM_THE_START;
  const follower = { reader, tenantId, issue };
  let start: Start = { position, resumes };
  for (;;) {
    const next = await watchFrom(deps, follower, run, start);
    if (next === "over") return;
    start = next;
    run = (await findRun(deps.database.reader(tenantId), runId)) ?? run;
  }
}

/** Where a reader begins, and whether it is to be told what it may rely on. */
interface Start {
  position: Position | undefined;
  resumes: boolean;
}

/** A reader that fell behind what the log holds gets a snapshot and goes on from there. */
const FROM_A_SNAPSHOT: Start = { position: undefined, resumes: false };

/** Watches until the end, or until the reader has to begin again elsewhere. */
async function watchFrom(
  deps: WatchDeps,
  follower: Follower,
  run: RunRecord,
  start: Start,
): Promise<"over" | Start> {
  let place: Place | undefined;
  try {
    place = await begin(deps, follower, run, start);
    if (!place) return "over";
    return (await followLine(deps, follower, run, place)) === "behind" ? FROM_A_SNAPSHOT : "over";
  } catch (error) {
    if (!(error instanceof LogAway)) throw error;
  }
  const epoch = place?.epoch ?? start.position?.epoch ?? "";
  const waiting = { epoch, isToBeTold: start.resumes && !place };
  const outcome = await watchWhileAway(deps, follower, run, waiting);
  if (outcome === "over") return outcome;
  return place || outcome.wasShown ? FROM_A_SNAPSHOT : start;
}

const FROM_THE_START: Position = { seq: 0 };

/** Without an epoch: on whatever line there is. */
type Position = Pick<Place, "seq"> & Partial<Place>;

/** Says what the reader may rely on; resolves to the place from where the line goes on, if it does. */
async function begin(
  deps: WatchDeps,
  follower: Follower,
  run: RunRecord,
  { position, resumes }: Start,
): Promise<Place | undefined> {
  const head = standsStill(run) ? await deps.log.read(run.runId, 0, 0) : await deps.log.open(run.runId);
  // Without a token of its own: a reader cut off before the snapshot must not continue after it.
  const told = (state: ResumeState, place: Place) =>
    resumes ? [frameOf(run, place.epoch, resumed(state, place))] : [];
  if (head && position && holds(head, position)) {
    const place = { epoch: head.epoch, seq: position.seq };
    await follower.reader.send(told(ResumeState.CONTINUED, place));
    return place;
  }
  const wholeOf = (over: RunRecord) => [
    ...told(ResumeState.SNAPSHOT_THEN_CONTINUED, NOWHERE),
    ...finalFrames(over, head?.epoch),
  ];
  if (!head || standsStill(run)) {
    await follower.reader.send(wholeOf(run));
    return undefined;
  }
  const snapshot = await snapshotUnderWay(deps, follower.tenantId, run, head);
  if (!snapshot) {
    // A run that ends takes its snapshot with it, also while it is asked for.
    const now = await findRun(deps.database.reader(follower.tenantId), run.runId);
    if (now && standsStill(now)) {
      await follower.reader.send(wholeOf(now));
      return undefined;
    }
    if (!resumes) throw new AppError("RESUME_GONE", START_IS_GONE);
    await follower.reader.send(told(ResumeState.GONE, NOWHERE));
    return undefined;
  }
  const place = { epoch: head.epoch, seq: Number(snapshot.seq) };
  const whole = { ...snapshotFrame(run, head.epoch, snapshot), resumeToken: follower.issue(place) };
  await follower.reader.send([...told(ResumeState.SNAPSHOT_THEN_CONTINUED, place), whole]);
  return place;
}

const NOWHERE: Place = { epoch: "", seq: 0 };
const START_IS_GONE = "the start of this run is gone; read it with GetRun when it has ended";

function positionOf(
  opened: ResumePosition | undefined,
  { afterSeq }: WatchWanted,
): ResumePosition | undefined {
  return opened && { epoch: opened.epoch, seq: Math.max(opened.seq, Number(afterSeq)) };
}

/** Whether the log still has everything after the position. */
function holds(head: LogHead, { epoch, seq }: Position): boolean {
  return (epoch === undefined || epoch === head.epoch) && seq + 1 >= head.oldestSeq && seq < head.nextSeq;
}

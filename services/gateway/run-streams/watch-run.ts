import { ResumeState, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import type { WatchRunRequest } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import type { LogHead } from "../../platform/frame-log/frame-log.ts";
import { findRun, hasEnded, loadReadableRun, type RunRecord } from "../../inference/index.ts";
import { followLine, type FollowDeps } from "./follow-line.ts";
import { finalFrames, frameOf, snapshotFrame, snapshotUnderWay } from "./run-frames.ts";
import type { ResumePosition, ResumeTokens } from "./resume-token.ts";

export interface WatchDeps extends FollowDeps {
  tokens: ResumeTokens;
}

type WatchWanted = Pick<WatchRunRequest, "runId" | "resumeToken" | "afterSeq">;

/**
 * The frames of a run for one reader: from the start, from a resume token, or from a snapshot where frames are gone.
 * Ends after a terminal status; ends without one only when the reader left or was asked to reconnect.
 */
export async function* watchRun(
  deps: WatchDeps,
  actor: Actor,
  wanted: WatchWanted,
  signal: AbortSignal,
): AsyncGenerator<RunFrame> {
  requireScope(actor, "run.read");
  const { runId, resumeToken } = wanted;
  const run = await loadReadableRun(deps.database.reader(actor.tenantId), actor, runId);
  const resumes = resumeToken !== "";
  const position = resumes ? positionOf(deps.tokens.open(actor, runId, resumeToken), wanted) : { seq: 0 };
  const head = hasEnded(run) ? await deps.log.read(runId, 0, 0) : await deps.log.open(runId);
  if (!head) {
    if (resumes) yield resumedFrame(run, ResumeState.SNAPSHOT_THEN_CONTINUED, { epoch: "", seq: 0 });
    yield* finalFrames(run);
    return;
  }
  const { epoch } = head;
  const issue = (seq: number) => deps.tokens.issue(actor, runId, { epoch, seq });
  if (position && holds(head, position)) {
    if (resumes)
      yield {
        ...resumedFrame(run, ResumeState.CONTINUED, { epoch, seq: position.seq }),
        resumeToken: issue(position.seq),
      };
    yield* followFrom(deps, actor, run, epoch, position.seq, issue, signal);
    return;
  }
  yield* fromSnapshot(deps, actor, run, head, resumes, issue, signal);
}

function positionOf(
  opened: ResumePosition | undefined,
  { afterSeq }: WatchWanted,
): ResumePosition | undefined {
  return opened && { epoch: opened.epoch, seq: Math.max(opened.seq, Number(afterSeq)) };
}

/** Whether the log still has everything after the position. */
function holds(head: LogHead, { epoch, seq }: Partial<ResumePosition> & { seq: number }): boolean {
  return (epoch === undefined || epoch === head.epoch) && seq + 1 >= head.oldestSeq && seq < head.nextSeq;
}

type Issue = (seq: number) => string;

async function* fromSnapshot(
  deps: WatchDeps,
  actor: Actor,
  run: RunRecord,
  head: LogHead,
  resumes: boolean,
  issue: Issue,
  signal: AbortSignal,
): AsyncGenerator<RunFrame> {
  const { epoch } = head;
  const snapshot = hasEnded(run) ? undefined : await snapshotUnderWay(deps, actor.tenantId, run, head);
  if (!snapshot && !hasEnded(run)) {
    if (!resumes)
      throw new AppError(
        "RESUME_GONE",
        "the start of this run is gone; read it with GetRun when it has ended",
      );
    yield resumedFrame(run, ResumeState.GONE, { epoch, seq: 0 });
    return;
  }
  const seq = Number(snapshot?.seq ?? 0n);
  if (resumes)
    yield {
      ...resumedFrame(run, ResumeState.SNAPSHOT_THEN_CONTINUED, { epoch, seq }),
      resumeToken: issue(seq),
    };
  if (!snapshot) {
    yield* finalFrames(run);
    return;
  }
  yield { ...snapshotFrame(run, epoch, snapshot), resumeToken: issue(seq) };
  yield* followFrom(deps, actor, run, epoch, seq, issue, signal);
}

/** Follows the line; a reader that fell behind what the log holds gets a snapshot and goes on from there. */
async function* followFrom(
  deps: WatchDeps,
  actor: Actor,
  run: RunRecord,
  epoch: string,
  seq: number,
  issue: Issue,
  signal: AbortSignal,
): AsyncGenerator<RunFrame> {
  const outcome = yield* followLine(deps, actor.tenantId, run, { epoch, seq, issue, signal });
  if (outcome !== "behind") return;
  const now = (await findRun(deps.database.reader(actor.tenantId), run.runId)) ?? run;
  const head = await deps.log.read(run.runId, 0, 0);
  if (head?.epoch === epoch) yield* fromSnapshot(deps, actor, now, head, false, issue, signal);
}

function resumedFrame(run: RunRecord, state: ResumeState, { epoch, seq }: ResumePosition): RunFrame {
  const value = { $typeName: "ameide.inference.v1.Resumed" as const, state, epoch, nextSeq: BigInt(seq + 1) };
  return frameOf(run, epoch, { case: "resumed", value });
}

import type { OpenCall, RunProgress } from "@ameide/proto-private/ameide/runs/v1/run_progress_pb.js";
import { usageOf, type UsageTotals } from "../budget/index.ts";
import {
  changeRun,
  decideClaim,
  findProgress,
  findRun,
  hasEnded,
  holdsClaim,
  type Claim,
  type RunDeps,
  type RunRecord,
} from "../inference/index.ts";
import type { Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { currentTraceId } from "../platform/telemetry/trace.ts";
import { abandonedCall } from "./run-call.ts";

/** A run that may kill its server must not go round for ever; what other causes interrupt a run rarely comes so often. */
export const MAX_ATTEMPTS = 5;

/** How a run stands when an attempt at it begins. */
export interface Begun {
  run: RunRecord;
  spent: UsageTotals;
  /** What the attempt before left, if it came to an orderly stop: the line says exactly that. */
  settled: RunProgress | undefined;
  /** What the attempt before left open; not booked yet. */
  abandoned: OpenCall | undefined;
  /** Why the run cannot go on; the attempt does nothing but end it. */
  refusal: AppError | undefined;
}

/** Takes up a claimed run; undefined when it has ended or the claim is lost. */
export async function takeUp(
  tx: Tx,
  deps: RunDeps & { executorId: string },
  claim: Claim,
): Promise<Begun | undefined> {
  const { runId, attempt } = claim;
  const run = await findRun(tx, runId);
  if (!run || hasEnded(run) || !(await holdsClaim(tx, claim, deps.executorId))) return undefined;
  const { call: abandoned, unpriced } = await abandonedCall(tx, deps.budget, runId);
  const refusal = unpriced ?? tooManyTries(run);
  const claimed = await changeRun(tx, deps, causerOf(run), run, decideClaim(run, attempt, deps.executorId));
  const settled = attempt > 1 ? await settledProgress(tx, claim) : undefined;
  return { settled, abandoned, run: claimed, spent: await usageOf(tx, { runId }), refusal };
}

async function settledProgress(tx: Tx, { runId, attempt }: Claim): Promise<RunProgress | undefined> {
  const progress = await findProgress(tx, runId);
  return progress?.settled && progress.attempt === attempt - 1 ? progress : undefined;
}

/** The user on whose behalf the run executes. */
export const causerOf = ({ userId }: RunRecord) => ({ userId, traceId: currentTraceId() ?? "" });

/** The number of an attempt is also its fence and never starts again; so tries are counted apart. */
function tooManyTries({ runId, tries }: RunRecord): AppError | undefined {
  if (tries < MAX_ATTEMPTS) return undefined;
  return new AppError("INTERNAL", `the run was tried ${tries} times, and no attempt came to an end`, {
    metadata: { trace_id: currentTraceId() ?? runId },
  });
}

import { usageOf, type UsageTotals } from "../budget/index.ts";
import {
  changeRun,
  decideClaim,
  findRun,
  hasEnded,
  holdsClaim,
  runStream,
  type Claim,
  type RunDeps,
  type RunRecord,
} from "../inference/index.ts";
import type { Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { currentTraceId } from "../platform/telemetry/trace.ts";
import { bookAbandonedCall } from "./run-call.ts";

/** A run that may kill its server must not go round for ever; what other causes interrupt a run rarely comes so often. */
export const MAX_ATTEMPTS = 5;

/** How a run stands when an attempt at it begins. */
export interface Begun {
  run: RunRecord;
  reservedMicros: number;
  spent: UsageTotals;
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
  const unpriced = await bookAbandonedCall(tx, deps.budget, run);
  const refusal = unpriced ?? (await tooManyAttempts(tx, deps, run));
  const claimed = await changeRun(tx, deps, causerOf(run), run, decideClaim(run, attempt, deps.executorId));
  const reservedMicros = await deps.budget.reservedFor(tx, runId);
  return { run: claimed, reservedMicros, spent: await usageOf(tx, { runId }), refusal };
}

/** The user on whose behalf the run executes. */
export const causerOf = ({ userId }: RunRecord) => ({ userId, traceId: currentTraceId() ?? "" });

/** The number of an attempt is also its fence and never starts again; so the attempts since a resume are counted. */
async function tooManyAttempts(tx: Tx, { events }: RunDeps, run: RunRecord): Promise<AppError | undefined> {
  if (run.attempt < MAX_ATTEMPTS) return undefined;
  // Beside its claims, a run that has not ended may have been asked to stop, once.
  const latest = await events.readBackwards(tx, runStream(run.runId), { limit: MAX_ATTEMPTS + 1 });
  const begin = latest.findIndex(({ data }) => data.$typeName === "ameide.events.v1.RunResumed");
  const sinceThen = begin === -1 ? latest : latest.slice(0, begin);
  const tried = sinceThen.filter(({ data }) => data.$typeName === "ameide.events.v1.RunClaimed").length;
  if (tried < MAX_ATTEMPTS) return undefined;
  return new AppError("INTERNAL", `the run was tried ${tried} times, and no attempt came to an end`, {
    metadata: { trace_id: currentTraceId() ?? run.runId },
  });
}

import type { ChatDeps, Causer } from "../chat/index.ts";
import type { RunBudget } from "../budget/index.ts";
import type { Bus } from "../platform/bus/bus.ts";
import type { Tx } from "../platform/db/database.ts";
import type { WorkQueue } from "../platform/work-queue/work-queue.ts";
import type { AgentRegistry } from "./agent-registry.ts";
import { evolveRun, runStream, type RunEvent, type RunRecord } from "./run.ts";
import { saveRun } from "./store.ts";

export interface RunDeps extends ChatDeps {
  bus: Bus;
  /** Hints for the executors; an id is a run's. */
  workQueue: WorkQueue;
  agents: AgentRegistry;
  budget: RunBudget;
  /** Deletes what executors kept of a run that will not go on. */
  forgetRun(tx: Tx, runId: string): Promise<void>;
}

/** Published when a run was asked to stop. */
export const CANCEL_SUBJECT = "runs.cancelled";

/** Appends what was decided and stores the run as it stands then. */
export async function changeRun(
  tx: Tx,
  deps: RunDeps,
  causer: Causer,
  run: RunRecord,
  decided: readonly RunEvent[],
  requestId = "",
): Promise<RunRecord> {
  if (decided.length === 0) return run;
  const appended = await deps.events.append(
    tx,
    [{ streamId: runStream(run.runId), expectedVersion: run.version, events: decided }],
    { userId: causer.userId, requestId, traceId: causer.traceId },
  );
  let next = run;
  for (const stored of appended) next = evolveRun(next, stored.data as RunEvent, stored);
  await saveRun(tx, next);
  return next;
}

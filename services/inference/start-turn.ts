import type { Tx } from "../platform/db/database.ts";
import type { RunDeps } from "./change-run.ts";
import { hintRun } from "./hint-run.ts";
import { enqueueRun } from "./lease-store.ts";

/** Puts a run in the queue of the executors: for the first time, or after the attempts that it has had. */
export async function startTurn(
  tx: Tx,
  deps: Pick<RunDeps, "now" | "workQueue">,
  runId: string,
  attempt = 0,
): Promise<void> {
  await enqueueRun(tx, runId, attempt, deps.now());
  hintRun(tx, deps, runId);
}

import type { Tx } from "../platform/db/database.ts";
import type { WorkQueue } from "../platform/work-queue/work-queue.ts";

/** Tells the executors that a run is due, once the transaction that made it so has committed. */
export function hintRun(tx: Tx, { workQueue }: { workQueue: WorkQueue }, runId: string): void {
  tx.afterCommit(() => workQueue.offer({ tenantId: tx.tenantId, workId: runId }));
}

import { and, eq, inArray, sql } from "drizzle-orm";
import type { Tx } from "../platform/db/database.ts";
import { currentTraceparent } from "../platform/telemetry/trace.ts";
import { runLeases } from "./tables.ts";

/** A run that this executor may work on until the lease ends. */
export interface Claim {
  tenantId: string;
  runId: string;
  attempt: number;
  /** W3C trace context of the request that admitted the run. */
  traceparent: string;
}

const CLAIM = {
  tenantId: runLeases.tenantId,
  runId: runLeases.runId,
  attempt: runLeases.attempt,
  traceparent: runLeases.traceparent,
};

const ofRun = (tx: Tx, runId: string) => and(eq(runLeases.tenantId, tx.tenantId), eq(runLeases.runId, runId));

/** Puts a run in the queue. */
export async function enqueueRun(tx: Tx, runId: string, attempt: number, now: Date): Promise<void> {
  await tx.sql.insert(runLeases).values({
    tenantId: tx.tenantId,
    runId,
    attempt,
    createTime: now,
    executorId: "",
    cancelRequested: false,
    leaseUntil: sql`'-infinity'`,
    traceparent: currentTraceparent(),
  });
}

export async function requestCancel(tx: Tx, runId: string): Promise<void> {
  await tx.sql.update(runLeases).set({ cancelRequested: true }).where(ofRun(tx, runId));
}

/** Whoever holds or takes the lease waits until the transaction ends. A run that is not in the queue has none. */
export async function lockLease(tx: Tx, runId: string): Promise<void> {
  await tx.sql.select({ runId: runLeases.runId }).from(runLeases).where(ofRun(tx, runId)).for("update");
}

/** Takes the run out of the queue, if the claim still holds. */
export async function removeClaimed(tx: Tx, claim: Claim, executorId: string): Promise<boolean> {
  const removed = await tx.sql
    .delete(runLeases)
    .where(
      and(ofRun(tx, claim.runId), eq(runLeases.executorId, executorId), eq(runLeases.attempt, claim.attempt)),
    )
    .returning({ runId: runLeases.runId });
  return removed.length > 0;
}

/** Lets another executor take the run at once; the caller has checked that the claim holds. */
export async function giveLeaseBack(tx: Tx, claim: Claim): Promise<void> {
  await tx.sql
    .update(runLeases)
    .set({ leaseUntil: sql`'-infinity'` })
    .where(ofRun(tx, claim.runId));
}

/** Whether the claim still holds; taken with a lock, so it holds until the transaction ends. */
export async function holdsClaim(tx: Tx, claim: Claim, executorId: string): Promise<boolean> {
  const [row] = await tx.sql.select().from(runLeases).where(ofRun(tx, claim.runId)).for("update");
  return row?.executorId === executorId && row.attempt === claim.attempt;
}

/** Claims runs that nobody works on, oldest first, of all tenants. */
export async function claimRuns(
  systemTx: Tx,
  { executorId, leaseSeconds, limit }: { executorId: string; leaseSeconds: number; limit: number },
): Promise<Claim[]> {
  // Materialized, or a plan that looks twice would claim more than the limit.
  const due = sql`
    WITH due AS MATERIALIZED (
      SELECT tenant_id, run_id FROM run_leases WHERE lease_until < now()
      ORDER BY created_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    SELECT tenant_id, run_id FROM due`;
  return systemTx.sql
    .update(runLeases)
    .set({
      executorId,
      leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})`,
      attempt: sql`${runLeases.attempt} + 1`,
    })
    .where(sql`(tenant_id, run_id) IN (${due})`)
    .returning(CLAIM);
}

/** Prolongs the leases of an executor; resolves to those it still has, with whether they are to stop. */
export async function renewLeases(
  systemTx: Tx,
  {
    executorId,
    leaseSeconds,
    runIds,
  }: { executorId: string; leaseSeconds: number; runIds: readonly string[] },
): Promise<(Claim & { cancelRequested: boolean })[]> {
  if (runIds.length === 0) return [];
  return systemTx.sql
    .update(runLeases)
    .set({ leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})` })
    .where(and(eq(runLeases.executorId, executorId), inArray(runLeases.runId, [...runIds])))
    .returning({ ...CLAIM, cancelRequested: runLeases.cancelRequested });
}

/** Gives leases back at once, so that another executor need not wait for their end. */
export async function releaseLeases(systemTx: Tx, executorId?: string): Promise<void> {
  await systemTx.sql
    .update(runLeases)
    .set({ leaseUntil: sql`'-infinity'` })
    .where(executorId === undefined ? undefined : eq(runLeases.executorId, executorId));
}

import { and, eq, inArray, sql, type SQL } from "drizzle-orm";
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

/** Resolves to whether the run is in the queue: there is, or will be, an executor that hears of it. */
export async function requestCancel(tx: Tx, runId: string): Promise<boolean> {
  const asked = await tx.sql
    .update(runLeases)
    .set({ cancelRequested: true })
    .where(ofRun(tx, runId))
    .returning({ runId: runLeases.runId });
  return asked.length > 0;
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

interface ClaimOptions {
  executorId: string;
  leaseSeconds: number;
}

/** Claims runs that nobody works on, oldest first, of all tenants. */
export async function claimRuns(
  systemTx: Tx,
  { limit, ...options }: ClaimOptions & { limit: number },
): Promise<Claim[]> {
  const due = sql`
    SELECT tenant_id, run_id FROM run_leases WHERE lease_until < now()
    ORDER BY created_at LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  return claimWhatIsDue(systemTx, options, due);
}

/** Of these runs, claims those that nobody works on: however many others wait, it reads no more rows than named. */
export async function claimNamedRuns(
  systemTx: Tx,
  { runs, ...options }: ClaimOptions & { runs: readonly Pick<Claim, "tenantId" | "runId">[] },
): Promise<Claim[]> {
  const tenantIds = `{${runs.map(({ tenantId }) => tenantId).join()}}`;
  const runIds = `{${runs.map(({ runId }) => runId).join()}}`;
  const due = sql`
    SELECT lease.tenant_id, lease.run_id
    FROM unnest(${tenantIds}::uuid[], ${runIds}::uuid[]) AS named (tenant_id, run_id)
    JOIN run_leases AS lease USING (tenant_id, run_id)
    WHERE lease.lease_until < now() FOR UPDATE OF lease SKIP LOCKED`;
  return claimWhatIsDue(systemTx, options, due);
}

async function claimWhatIsDue(
  systemTx: Tx,
  { executorId, leaseSeconds }: ClaimOptions,
  due: SQL,
): Promise<Claim[]> {
  return (
    systemTx.sql
      .update(runLeases)
      .set({
        executorId,
        leaseUntil: sql`now() + make_interval(secs => ${leaseSeconds})`,
        attempt: sql`${runLeases.attempt} + 1`,
      })
      // Materialized, or a plan that looks twice would claim more than the limit.
      .where(
        sql`(tenant_id, run_id) IN (WITH due AS MATERIALIZED (${due}) SELECT tenant_id, run_id FROM due)`,
      )
      .returning(CLAIM)
  );
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

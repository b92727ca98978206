import { eq, gte, lt, sql } from "drizzle-orm";
import type { Tx } from "../../platform/db/database.ts";
import { providerHealth } from "./tables.ts";

/** How one executor finds one model. */
export type HealthRow = typeof providerHealth.$inferSelect;
export type HealthReport = Omit<HealthRow, "executorId" | "updateTime">;

/** Rows of executors that are gone are of no use to anybody. */
const KEPT_MILLISECONDS = 600_000;

/** Stores what an executor knows, in place of what it told before. */
export async function saveHealth(
  systemTx: Tx,
  executorId: string,
  reports: readonly HealthReport[],
  now: Date,
): Promise<void> {
  const old = new Date(now.getTime() - KEPT_MILLISECONDS);
  await systemTx.sql.delete(providerHealth).where(lt(providerHealth.updateTime, old));
  if (reports.length === 0) return;
  await systemTx.sql
    .insert(providerHealth)
    .values(reports.map((report) => ({ ...report, executorId, updateTime: now })))
    .onConflictDoUpdate({
      target: [providerHealth.executorId, providerHealth.model],
      set: {
        breaker: sql`excluded.breaker`,
        inFlight: sql`excluded.in_flight`,
        successPercent: sql`excluded.success_percent`,
        firstTokenMilliseconds: sql`excluded.first_token_ms`,
        failure: sql`excluded.failure`,
        failTime: sql`excluded.failed_at`,
        updateTime: sql`excluded.updated_at`,
      },
    });
}

/** An executor that stops calls nobody any more. */
export async function forgetHealth(systemTx: Tx, executorId: string): Promise<void> {
  await systemTx.sql.delete(providerHealth).where(eq(providerHealth.executorId, executorId));
}

/** What executors told since then. */
export function listHealth(systemTx: Tx, since: Date): Promise<HealthRow[]> {
  return systemTx.sql.select().from(providerHealth).where(gte(providerHealth.updateTime, since));
}

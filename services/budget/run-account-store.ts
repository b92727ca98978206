import { BudgetScope, BudgetUnit } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { and, desc, eq, getTableColumns, sql, sum, type SQL } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import { budgetHolds, budgetPeriods, budgetRuns, budgets } from "./tables.ts";

/** Whose budgets a run draws from. */
export interface RunAccount {
  runId: string;
  userId: string;
  /** Empty for none. */
  teamId: string;
  agentId: string;
  /** Empty for none. */
  chatId: string;
}

const ofRun = (reader: Reader, runId: string) =>
  and(eq(budgetRuns.tenantId, reader.tenantId), eq(budgetRuns.runId, runId));

export async function insertAccount(tx: Tx, account: RunAccount): Promise<void> {
  await tx.sql.insert(budgetRuns).values({ tenantId: tx.tenantId, ...account });
}

export async function findAccount(reader: Reader, runId: string): Promise<RunAccount | undefined> {
  const [row] = await reader.sql.select().from(budgetRuns).where(ofRun(reader, runId));
  return row;
}

/**
 * Waits, until the transaction ends, for whoever else changes what budgets of the tenant hold. They would meet at the
 * tenant's own rows anyway; but under a crowd PostgreSQL finds the rows that a statement locks in order to be locked in a
 * circle, a hundred times in a race of 200 runs, and takes a second each time.
 */
export const turnOf = (tenantId: string): SQL =>
  sql`pg_advisory_xact_lock(hashtextextended(${tenantId}, ${TURN})) AS turn`;
const TURN = 1;

/** Locked until the transaction ends, so that bookings of one run take turns. */
export async function lockAccount(tx: Tx, runId: string): Promise<RunAccount | undefined> {
  const { tenantId: _, ...columns } = getTableColumns(budgetRuns);
  const wanted = { account: columns, turn: turnOf(tx.tenantId) };
  const [row] = await tx.sql.select(wanted).from(budgetRuns).where(ofRun(tx, runId)).for("update");
  return row?.account;
}

/** The run has ended, and its own budget with it. */
export async function deleteAccount(tx: Tx, runId: string): Promise<void> {
  await tx.sql.delete(budgetRuns).where(ofRun(tx, runId));
  for (const table of [budgets, budgetPeriods]) {
    const isOwn = and(eq(table.scope, BudgetScope.RUN), eq(table.scopeId, runId));
    await tx.sql.delete(table).where(and(eq(table.tenantId, tx.tenantId), isOwn));
  }
}

/** What money is held for a run, in that budget above it where it is most. */
export async function findHeldMicros(reader: Reader, runId: string): Promise<number> {
  const { tenantId, scope, scopeId, window, unit } = budgetHolds;
  const [most] = await reader.sql
    .select({ held: sum(budgetHolds.amount) })
    .from(budgetHolds)
    .where(and(eq(tenantId, reader.tenantId), eq(budgetHolds.runId, runId), eq(unit, BudgetUnit.MICROS)))
    .groupBy(scope, scopeId, window)
    .orderBy(desc(sum(budgetHolds.amount)))
    .limit(1);
  return Number(most?.held ?? 0);
}

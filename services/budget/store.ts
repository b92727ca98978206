import { BudgetWindow, ExhaustionPolicy } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { and, eq, sql } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import { startOf, WINDOWS, type Periods, type Window } from "./budget-window.ts";
import { budgetPeriods, budgetReservations, budgets } from "./tables.ts";

/** Limits of tenants whose admin set none. */
export interface DefaultLimits {
  day: number;
  month: number;
}

/** A budget and what became of it in one period. */
export interface BudgetStatus {
  window: Window;
  periods: Periods;
  limitMicros: number;
  usedMicros: number;
  reservedMicros: number;
  exhaustionPolicy: ExhaustionPolicy;
  customized: boolean;
  /** 0 until an admin sets it. */
  version: number;
}

export const remainingOf = ({ limitMicros, usedMicros, reservedMicros }: BudgetStatus): number =>
  Math.max(0, limitMicros - usedMicros - reservedMicros);

const defaultOf = (window: Window, defaults: DefaultLimits) =>
  window === BudgetWindow.DAY ? defaults.day : defaults.month;

/** Day, then month. */
export async function readStatus(
  reader: Reader,
  defaults: DefaultLimits,
  periods: Periods,
): Promise<BudgetStatus[]> {
  const windows = windowsTable(defaults, periods);
  const rows = await reader.sql
    .select({
      window: sql<number>`w.budget_window`,
      limitMicros: sql<string>`w.default_limit`,
      custom: budgets,
      period: budgetPeriods,
    })
    .from(windows)
    .leftJoin(budgets, and(eq(budgets.tenantId, reader.tenantId), sql`${budgets.window} = w.budget_window`))
    .leftJoin(
      budgetPeriods,
      and(
        eq(budgetPeriods.tenantId, reader.tenantId),
        sql`${budgetPeriods.window} = w.budget_window AND ${budgetPeriods.periodStart} = w.period_start`,
      ),
    )
    .orderBy(sql`w.budget_window`);
  return rows.map(({ window, limitMicros, custom, period }) => ({
    window: window as Window,
    periods,
    limitMicros: custom?.limitMicros ?? Number(limitMicros),
    usedMicros: period?.usedMicros ?? 0,
    reservedMicros: period?.reservedMicros ?? 0,
    exhaustionPolicy: custom?.exhaustionPolicy ?? ExhaustionPolicy.STOP,
    customized: custom !== null,
    version: custom?.version ?? 0,
  }));
}

const windowsTable = (defaults: DefaultLimits, periods: Periods) => {
  const rows = WINDOWS.map(
    (w) => sql`(${w}::smallint, ${dateOf(w, periods)}::date, ${defaultOf(w, defaults)}::bigint)`,
  );
  return sql`(VALUES ${sql.join(rows, sql`, `)}) AS w(budget_window, period_start, default_limit)`;
};

const dateOf = (window: Window, periods: Periods) => startOf(window, periods).toISOString().slice(0, 10);

/**
 * Holds an amount in every window, in one statement: no two callers can both take the last of it. Resolves to the
 * windows that had room; when it is not all of them, the caller must roll back.
 */
export async function holdInAllWindows(
  tx: Tx,
  defaults: DefaultLimits,
  periods: Periods,
  amount: number,
): Promise<Window[]> {
  const held = await tx.sql.execute(sql`
    WITH limits AS (
      SELECT w.budget_window, w.period_start, COALESCE(b.limit_micros, w.default_limit) AS limit_micros
      FROM ${windowsTable(defaults, periods)}
      LEFT JOIN budgets b ON b.tenant_id = ${tx.tenantId} AND b.budget_window = w.budget_window
    )
    INSERT INTO budget_periods AS p (tenant_id, budget_window, period_start, reserved_micros)
    SELECT ${tx.tenantId}::uuid, budget_window, period_start, ${amount}::bigint
    FROM limits WHERE ${amount}::bigint <= limit_micros ORDER BY budget_window
    ON CONFLICT (tenant_id, budget_window, period_start) DO UPDATE
      SET reserved_micros = p.reserved_micros + excluded.reserved_micros
      WHERE p.used_micros + p.reserved_micros + excluded.reserved_micros
        <= (SELECT l.limit_micros FROM limits l WHERE l.budget_window = p.budget_window)
    RETURNING p.budget_window`);
  // Rows come as arrays of their columns.
  return (held as unknown as [Window][]).map(([window]) => window);
}

/** The same, all or nothing: a refusal leaves the transaction as it was. */
export async function tryHoldInAllWindows(
  tx: Tx,
  defaults: DefaultLimits,
  periods: Periods,
  amount: number,
): Promise<boolean> {
  await tx.sql.execute(sql`SAVEPOINT hold`);
  const held = (await holdInAllWindows(tx, defaults, periods, amount)).length === WINDOWS.length;
  await tx.sql.execute(held ? sql`RELEASE SAVEPOINT hold` : sql`ROLLBACK TO SAVEPOINT hold`);
  return held;
}

/** Moves what was held: `spent` of it is booked, `released` is free again. Both windows, one statement. */
export async function moveHeld(
  tx: Tx,
  periods: Periods,
  { spent, released }: { spent: number; released: number },
): Promise<void> {
  await tx.sql.execute(sql`
    UPDATE budget_periods
    SET used_micros = used_micros + ${spent}::bigint, reserved_micros = reserved_micros - ${spent + released}::bigint
    WHERE tenant_id = ${tx.tenantId} AND (
      (budget_window = ${BudgetWindow.DAY} AND period_start = ${periods.day}::date) OR
      (budget_window = ${BudgetWindow.MONTH} AND period_start = ${periods.month}::date))`);
}

export interface Reservation {
  runId: string;
  reservedMicros: number;
  periods: Periods;
}

const ofRun = (reader: Reader, runId: string) =>
  and(eq(budgetReservations.tenantId, reader.tenantId), eq(budgetReservations.runId, runId));

/** Locked until the transaction ends, so that bookings of one run take turns. */
export async function lockReservation(tx: Tx, runId: string): Promise<Reservation | undefined> {
  const [row] = await tx.sql.select().from(budgetReservations).where(ofRun(tx, runId)).for("update");
  return (
    row && {
      runId,
      reservedMicros: row.reservedMicros,
      periods: { day: row.dayStart, month: row.monthStart },
    }
  );
}

export async function findReserved(reader: Reader, runId: string): Promise<number> {
  const [row] = await reader.sql
    .select({ reservedMicros: budgetReservations.reservedMicros })
    .from(budgetReservations)
    .where(ofRun(reader, runId));
  return row?.reservedMicros ?? 0;
}

export async function insertReservation(
  tx: Tx,
  { runId, reservedMicros, periods }: Reservation,
): Promise<void> {
  const { day: dayStart, month: monthStart } = periods;
  await tx.sql
    .insert(budgetReservations)
    .values({ tenantId: tx.tenantId, runId, reservedMicros, dayStart, monthStart });
}

export async function setReservation(tx: Tx, runId: string, reservedMicros: number): Promise<void> {
  await tx.sql.update(budgetReservations).set({ reservedMicros }).where(ofRun(tx, runId));
}

export async function deleteReservation(tx: Tx, runId: string): Promise<void> {
  await tx.sql.delete(budgetReservations).where(ofRun(tx, runId));
}

export async function saveLimit(
  tx: Tx,
  limit: { window: number; limitMicros: number; exhaustionPolicy: number; version: number; updateTime: Date },
): Promise<void> {
  const { window: _, ...changing } = limit;
  await tx.sql
    .insert(budgets)
    .values({ tenantId: tx.tenantId, ...limit })
    .onConflictDoUpdate({ target: [budgets.tenantId, budgets.window], set: changing });
}

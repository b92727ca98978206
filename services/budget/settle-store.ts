import { sql, type SQL } from "drizzle-orm";
import type { Tx } from "../platform/db/database.ts";
import type { BudgetKey, Window } from "./budget-key.ts";
import { sameBudget, unitsTable, type Amounts } from "./hold-store.ts";
import { limitsTable, type Cell, type LimitsAt } from "./store.ts";

/** What became of a period of a budget when a run was booked or released. */
export interface Settled extends BudgetKey {
  period: string;
  /** Undefined for a budget that was taken away since. */
  limit: number | undefined;
  used: number;
  reserved: number;
  softLimitPercent: number;
  /** Whether the soft limit was reached by this, for the first time in the period. */
  reachedSoftLimit: boolean;
  /** What a prepaid balance had no money for. */
  uncovered: number;
}

/**
 * Books amounts on what a run holds, in the oldest period first and exactly where it was taken; with `free`, the rest
 * goes back. What is booked beyond the holds is used all the same, for it was spent: only a prepaid balance is never
 * overdrawn.
 */
export async function settleHolds(
  tx: Tx,
  runId: string,
  at: LimitsAt,
  { spent, free }: { spent: Amounts; free: boolean },
): Promise<Settled[]> {
  const rows = (await tx.sql.execute(
    settleStatement(tx.tenantId, runId, at, { spent, free }),
  )) as unknown as Cell[][];
  return rows.map((row) => ({
    scope: Number(row[0]),
    scopeId: String(row[1]),
    window: Number(row[2]) as Window,
    unit: Number(row[3]),
    period: String(row[4]),
    limit: row[5] === null ? undefined : Number(row[5]),
    used: Number(row[6]),
    reserved: Number(row[7]),
    softLimitPercent: Number(row[8]),
    reachedSoftLimit: row[9] === true,
    uncovered: Number(row[10]),
  }));
}

/** What the run holds, with its periods locked in the one order. */
const heldOf = (tenant: SQL, run: SQL): SQL => sql`
      SELECT p.scope, p.scope_id, p.budget_window, p.unit, p.period_start, p.used, p.reserved,
        p.soft_limit_reached_at, h.amount
      FROM budget_holds h JOIN budget_periods p
        ON p.tenant_id = ${tenant} AND ${sameBudget("p", "h")} AND p.period_start = h.period_start
      WHERE h.tenant_id = ${tenant} AND h.run_id = ${run}
      ORDER BY p.scope, p.scope_id, p.budget_window, p.unit, p.period_start FOR UPDATE OF p`;

/** What becomes of the holds themselves. */
const keptOf = (tenant: SQL, run: SQL, free: boolean): SQL =>
  free
    ? sql`DELETE FROM budget_holds WHERE tenant_id = ${tenant} AND run_id = ${run}`
    : sql`UPDATE budget_holds h SET amount = h.amount - n.covered FROM next n
        WHERE h.tenant_id = ${tenant} AND h.run_id = ${run} AND ${sameBudget("h", "n")}
          AND h.period_start = n.period_start AND n.covered > 0`;

function settleStatement(
  tenantId: string,
  runId: string,
  at: LimitsAt,
  { spent, free }: { spent: Amounts; free: boolean },
): SQL {
  const tenant = sql`${tenantId}::uuid`;
  const run = sql`${runId}::uuid`;
  const source = sql`(SELECT DISTINCT scope, scope_id FROM held) s JOIN budgets b
    ON b.scope = s.scope AND b.scope_id = s.scope_id`;
  return sql`
    WITH held AS MATERIALIZED (
      ${heldOf(tenant, run)}
    ), spread AS MATERIALIZED (
      SELECT h.*, u.amount AS spent, COALESCE(sum(h.amount) OVER (oldest_first
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before,
        lead(h.period_start) OVER oldest_first IS NULL AS is_latest
      FROM held h JOIN ${unitsTable(spent)} ON u.unit = h.unit
      WINDOW oldest_first AS (PARTITION BY h.scope, h.scope_id, h.budget_window, h.unit ORDER BY h.period_start)
    ), limits AS MATERIALIZED (
      ${limitsTable(tenantId, at, source)}
    ), booked AS MATERIALIZED (
      SELECT s.*, l.limit_amount, l.soft_limit_percent,
        least(s.amount, greatest(0, s.spent - s.before))::bigint AS covered,
        CASE WHEN s.is_latest THEN greatest(0, s.spent - s.before - s.amount) ELSE 0 END::bigint AS beyond,
        CASE WHEN s.scope = 1 AND s.budget_window = 3 AND s.unit = 1
          THEN greatest(0, COALESCE(l.limit_amount, 0) - s.used - s.reserved) END AS balance
      FROM spread s LEFT JOIN limits l ON ${sameBudget("l", "s")}
    ), next AS MATERIALIZED (
      SELECT b.*, b.used + b.covered + least(b.beyond, COALESCE(b.balance, b.beyond)) AS next_used,
        b.reserved - CASE WHEN ${sql.raw(String(free))} THEN b.amount ELSE b.covered END AS next_reserved,
        b.beyond - least(b.beyond, COALESCE(b.balance, b.beyond)) AS uncovered
      FROM booked b
    ), reached AS MATERIALIZED (
      SELECT n.*, n.soft_limit_reached_at IS NULL AND n.next_used > 0
        AND COALESCE(n.next_used * 100 >= n.limit_amount * n.soft_limit_percent, false) AS reached
      FROM next n
    ), moved AS (
      UPDATE budget_periods p SET used = r.next_used, reserved = r.next_reserved,
        soft_limit_reached_at = CASE WHEN r.reached THEN ${at.time.toISOString()}::timestamptz
          ELSE p.soft_limit_reached_at END
      FROM reached r
      WHERE p.tenant_id = ${tenant} AND ${sameBudget("p", "r")} AND p.period_start = r.period_start
    ), kept AS (${keptOf(tenant, run, free)})
    SELECT scope, scope_id, budget_window, unit, period_start::text, limit_amount, next_used, next_reserved,
      soft_limit_percent, reached, uncovered
    FROM reached`;
}

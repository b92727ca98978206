import { sql, type SQL } from "drizzle-orm";
import type { Reader } from "../platform/db/database.ts";
import type { BudgetKey, Window } from "./budget-key.ts";
import { turnOf } from "./run-account-store.ts";
import { limitsTable, type Cell, type LimitsAt } from "./store.ts";

/** Amounts by unit; what is left out is 0. */
export interface Amounts {
  micros?: number;
  tokens?: number;
  runs?: number;
  streams?: number;
}

/** A budget above a run, when something of it was asked for. */
export interface Draw extends BudgetKey {
  period: string;
  limit: number;
  used: number;
  reserved: number;
  exhaustionPolicy: number;
  /** What was asked for beyond what the run held there. */
  wanted: number;
  /** Whether there was room. */
  fits: boolean;
}

export const unitsTable = ({ micros = 0, tokens = 0, runs = 0, streams = 0 }: Amounts) => sql`
  (VALUES (1::smallint, ${micros}::bigint), (2::smallint, ${tokens}::bigint), (3::smallint, ${runs}::bigint),
    (4::smallint, ${streams}::bigint)) AS u (unit, amount)`;

export const sameBudget = (a: string, b: string): SQL =>
  sql.raw(
    ["scope", "scope_id", "budget_window", "unit"]
      .map((column) => `${a}.${column} = ${b}.${column}`)
      .join(" AND "),
  );

/**
 * Brings what a run holds up to these amounts in every budget above it, or nowhere, in one statement. Runs of a tenant
 * take turns, so they never wait for each other in a circle; figures are read under the lock. Resolves to what each
 * budget said; empty when the run has ended.
 */
export async function takeHolds(reader: Reader, runId: string, at: LimitsAt, up: Amounts): Promise<Draw[]> {
  const statement = takeStatement(reader.tenantId, runId, at, up);
  for (;;) {
    const rows = (await reader.sql.execute(statement)) as unknown as Cell[][];
    const draws = rows.map(drawOf);
    const absent = draws.filter((_, i) => rows[i]?.[10] === true);
    if (absent.length === 0) return draws;
    await addPeriods(reader, absent);
  }
}

function takeStatement(tenantId: string, runId: string, at: LimitsAt, up: Amounts): SQL {
  const tenant = sql`${tenantId}::uuid`;
  const run = sql`${runId}::uuid`;
  const source = sql`scopes s JOIN budgets b ON b.scope = s.scope AND b.scope_id = s.scope_id`;
  return sql`
    WITH account AS MATERIALIZED (
      SELECT *, ${turnOf(tenantId)} FROM budget_runs WHERE tenant_id = ${tenant} AND run_id = ${run} FOR UPDATE
    ), scopes AS MATERIALIZED (
      SELECT s.* FROM account a, LATERAL (VALUES (1::smallint, ''), (2::smallint, a.team_id), (3::smallint, a.user_id),
        (4::smallint, a.agent_id), (5::smallint, a.chat_id), (6::smallint, a.run_id::text)) AS s (scope, scope_id)
      WHERE s.scope = 1 OR s.scope_id <> ''
    ), wanted AS MATERIALIZED (
      SELECT l.*, greatest(0, u.amount - COALESCE((
        SELECT sum(h.amount) FROM budget_holds h
        WHERE h.tenant_id = ${tenant} AND h.run_id = ${run} AND ${sameBudget("h", "l")}), 0))::bigint AS missing
      FROM (${limitsTable(tenantId, at, source)}) l JOIN ${unitsTable(up)} ON u.unit = l.unit, account
    ), locked AS MATERIALIZED (
      SELECT p.* FROM wanted w JOIN budget_periods p
        ON p.tenant_id = ${tenant} AND ${sameBudget("p", "w")} AND p.period_start = w.period_start
      WHERE w.missing > 0
      ORDER BY p.scope, p.scope_id, p.budget_window, p.unit FOR UPDATE OF p
    ), judged AS MATERIALIZED (
      SELECT w.*, p.used, p.reserved,
        w.missing = 0 OR COALESCE(p.used + p.reserved + w.missing <= w.limit_amount, false) AS fits
      FROM wanted w LEFT JOIN locked p ON ${sameBudget("p", "w")}
    ), verdict AS MATERIALIZED (
      SELECT bool_and(fits) AS all_fit FROM judged
    ), taken AS (
      UPDATE budget_periods p SET reserved = p.reserved + j.missing FROM judged j, verdict v
      WHERE v.all_fit AND j.missing > 0
        AND p.tenant_id = ${tenant} AND ${sameBudget("p", "j")} AND p.period_start = j.period_start
    ), held AS (
      INSERT INTO budget_holds AS h
        (tenant_id, run_id, scope, scope_id, budget_window, unit, period_start, amount)
      SELECT ${tenant}, ${run}, j.scope, j.scope_id, j.budget_window, j.unit, j.period_start, j.missing
      FROM judged j, verdict v WHERE v.all_fit AND j.missing > 0
      ON CONFLICT (tenant_id, run_id, scope, scope_id, budget_window, unit, period_start)
        DO UPDATE SET amount = h.amount + excluded.amount
    )
    SELECT j.scope, j.scope_id, j.budget_window, j.unit, j.period_start::text, j.limit_amount,
      COALESCE(j.used, p.used, 0), COALESCE(j.reserved, p.reserved, 0), j.exhaustion_policy, j.missing,
      j.missing > 0 AND j.used IS NULL, j.fits
    FROM judged j LEFT JOIN budget_periods p
      ON p.tenant_id = ${tenant} AND ${sameBudget("p", "j")} AND p.period_start = j.period_start`;
}

function drawOf(row: Cell[]): Draw {
  return {
    scope: Number(row[0]),
    scopeId: String(row[1]),
    window: Number(row[2]) as Window,
    unit: Number(row[3]),
    period: String(row[4]),
    limit: Number(row[5]),
    used: Number(row[6]),
    reserved: Number(row[7]),
    exhaustionPolicy: Number(row[8]),
    wanted: Number(row[9]),
    fits: row[11] === true,
  };
}

/** The first run of a day finds no row for the day; whoever was faster is welcome. */
async function addPeriods(
  reader: Reader,
  absent: readonly (BudgetKey & { period: string })[],
): Promise<void> {
  const rows = absent.map(
    ({ scope, scopeId, window, unit, period }) =>
      sql`(${reader.tenantId}::uuid, ${scope}::smallint, ${scopeId}, ${window}::smallint, ${unit}::smallint, ${period}::date)`,
  );
  await reader.sql.execute(sql`
    INSERT INTO budget_periods (tenant_id, scope, scope_id, budget_window, unit, period_start)
    SELECT * FROM (VALUES ${sql.join(rows, sql`, `)}) AS v ORDER BY 2, 3, 4, 5, 6
    ON CONFLICT DO NOTHING`);
}

import { BudgetScope, BudgetUnit, BudgetWindow } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { and, eq, sql, type SQL } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import { newBudget, type BudgetRecord } from "./budget.ts";
import type { BudgetKey, ScopeKey, Window } from "./budget-key.ts";
import { periodAt } from "./budget-window.ts";
import { budgets } from "./tables.ts";

/** What the tenant may spend in money where its admin set nothing. */
export interface DefaultLimits {
  day: number;
  month: number;
}

/** What decides which limits hold: the server's defaults, and the moment. */
export interface LimitsAt {
  defaults: DefaultLimits;
  time: Date;
}

export function defaultLimitOf(
  { scope, window, unit }: BudgetKey,
  defaults: DefaultLimits,
): number | undefined {
  if (scope !== BudgetScope.TENANT || unit !== BudgetUnit.MICROS) return undefined;
  if (window === BudgetWindow.TOTAL) return undefined;
  return window === BudgetWindow.DAY ? defaults.day : defaults.month;
}

/** A budget and what became of it in its present period. */
export interface BudgetStatus extends BudgetKey {
  /** When the period began, as a date in UTC. */
  period: string;
  /** With the raise. */
  limit: number;
  raise: number;
  raiseExpireTime: Date | undefined;
  used: number;
  reserved: number;
  exhaustionPolicy: number;
  softLimitPercent: number;
  softLimitReachedTime: Date | undefined;
  customized: boolean;
  version: number;
}

export const remainingOf = ({ limit, used, reserved }: Pick<BudgetStatus, "limit" | "used" | "reserved">) =>
  Math.max(0, limit - used - reserved);

/**
 * The limits that hold at a moment, with the periods that they hold for. `source` names the rows `b` of budgets to
 * look at; the tenant's defaults are always there.
 */
export function limitsTable(tenantId: string, { defaults, time }: LimitsAt, source: SQL): SQL {
  const day = sql`${periodAt(BudgetWindow.DAY, time)}::date`;
  const month = sql`${periodAt(BudgetWindow.MONTH, time)}::date`;
  const raised = sql`b.raise_expires_at > ${time.toISOString()}::timestamptz`;
  return sql`
    SELECT b.scope, b.scope_id, b.budget_window, b.unit,
      CASE b.budget_window WHEN 1 THEN ${day} WHEN 2 THEN ${month} ELSE DATE '1970-01-01' END AS period_start,
      b.limit_amount + CASE WHEN ${raised} THEN b.raise_amount ELSE 0 END AS limit_amount,
      CASE WHEN ${raised} THEN b.raise_amount ELSE 0 END AS raise_amount, b.raise_expires_at,
      b.soft_limit_percent, b.exhaustion_policy, b.version, true AS customized
    FROM ${source} WHERE b.tenant_id = ${tenantId}::uuid AND NOT b.deleted
    UNION ALL
    SELECT 1::smallint, '', d.budget_window, 1::smallint, d.period_start, d.limit_amount, 0, NULL, 80::smallint,
      1::smallint, COALESCE(t.version, 0), false
    FROM (VALUES (1::smallint, ${day}, ${defaults.day}::bigint), (2::smallint, ${month}, ${defaults.month}::bigint))
      AS d (budget_window, period_start, limit_amount)
    LEFT JOIN budgets t ON t.tenant_id = ${tenantId}::uuid AND t.scope = 1 AND t.scope_id = ''
      AND t.budget_window = d.budget_window AND t.unit = 1
    WHERE t.tenant_id IS NULL OR t.deleted`;
}

export interface StatusFilter {
  /** Only these; undefined for all but those of runs. */
  scopes?: readonly ScopeKey[] | undefined;
  /** With a scope, all ids in it. */
  scope?: BudgetScope | undefined;
  after?: BudgetKey | undefined;
  limit?: number | undefined;
}

/** By scope, id, window and unit. */
export async function readStatuses(
  reader: Reader,
  at: LimitsAt,
  { scopes, scope, after, limit = 1000 }: StatusFilter,
): Promise<BudgetStatus[]> {
  const tenantId = reader.tenantId;
  const list = scopes?.map((s) => sql`(${s.scope}::smallint, ${s.scopeId})`);
  const source = list
    ? sql`(VALUES ${sql.join(list, sql`, `)}) AS s (scope, scope_id) JOIN budgets b USING (scope, scope_id)`
    : sql`budgets b`;
  const wanted = scopes
    ? sql`(l.scope, l.scope_id) IN (${sql.join(list ?? [], sql`, `)})`
    : scope
      ? sql`l.scope = ${scope}`
      : sql`l.scope <> 6`;
  const later = after
    ? sql`AND (l.scope, l.scope_id COLLATE "C", l.budget_window, l.unit)
        > (${after.scope}::smallint, ${after.scopeId}, ${after.window}::smallint, ${after.unit}::smallint)`
    : sql``;
  if (scopes?.length === 0) return [];
  const rows = await reader.sql.execute(sql`
    SELECT l.scope, l.scope_id, l.budget_window, l.unit, l.period_start::text, l.limit_amount, l.raise_amount,
      (extract(epoch FROM l.raise_expires_at) * 1000)::bigint, COALESCE(p.used, 0), COALESCE(p.reserved, 0),
      l.exhaustion_policy, l.soft_limit_percent, (extract(epoch FROM p.soft_limit_reached_at) * 1000)::bigint,
      l.customized, l.version
    FROM (${limitsTable(tenantId, at, source)}) l
    LEFT JOIN budget_periods p ON p.tenant_id = ${tenantId}::uuid AND p.scope = l.scope AND p.scope_id = l.scope_id
      AND p.budget_window = l.budget_window AND p.unit = l.unit AND p.period_start = l.period_start
    WHERE ${wanted} ${later}
    ORDER BY l.scope, l.scope_id COLLATE "C", l.budget_window, l.unit LIMIT ${limit}`);
  return (rows as unknown as Cell[][]).map(statusOf);
}

/** What comes back from a statement that drizzle did not build. */
export type Cell = string | number | boolean | null;

const timeOf = (milliseconds: Cell | undefined) =>
  milliseconds === null || milliseconds === undefined ? undefined : new Date(Number(milliseconds));

function statusOf(row: Cell[]): BudgetStatus {
  const raise = Number(row[6]);
  return {
    scope: Number(row[0]),
    scopeId: String(row[1]),
    window: Number(row[2]) as Window,
    unit: Number(row[3]),
    period: String(row[4]),
    limit: Number(row[5]),
    raise,
    raiseExpireTime: raise > 0 ? timeOf(row[7]) : undefined,
    used: Number(row[8]),
    reserved: Number(row[9]),
    exhaustionPolicy: Number(row[10]),
    softLimitPercent: Number(row[11]),
    softLimitReachedTime: timeOf(row[12]),
    customized: row[13] === true,
    version: Number(row[14]),
  };
}

const rowOf = (reader: Reader, { scope, scopeId, window, unit }: BudgetKey) =>
  and(
    eq(budgets.tenantId, reader.tenantId),
    eq(budgets.scope, scope),
    eq(budgets.scopeId, scopeId),
    eq(budgets.window, window),
    eq(budgets.unit, unit),
  );

/** As its events left it; one that nobody has set has the server's default as its limit. */
export async function findBudget(
  reader: Reader,
  key: BudgetKey,
  defaults: DefaultLimits,
): Promise<BudgetRecord> {
  const [row] = await reader.sql.select().from(budgets).where(rowOf(reader, key));
  const unset = newBudget(key, defaultLimitOf(key, defaults));
  if (!row) return unset;
  const { version, deleted } = row;
  if (deleted) return { ...unset, version };
  const { limit, softLimitPercent, exhaustionPolicy, raise, raiseExpireTime } = row;
  const set = { limit, softLimitPercent, exhaustionPolicy, raise, deleted, version };
  return { ...unset, ...set, raiseExpireTime: raiseExpireTime ?? undefined };
}

/** The row is the fold of the budget's events, stored with them. */
export async function saveBudget(tx: Tx, budget: BudgetRecord, updateTime: Date): Promise<void> {
  const { scope, scopeId, window, unit, raiseExpireTime, ...rest } = budget;
  const changing = { ...rest, raiseExpireTime: raiseExpireTime ?? null, updateTime };
  await tx.sql
    .insert(budgets)
    .values({ tenantId: tx.tenantId, scope, scopeId, window, unit, ...changing })
    .onConflictDoUpdate({
      target: [budgets.tenantId, budgets.scope, budgets.scopeId, budgets.window, budgets.unit],
      set: changing,
    });
}

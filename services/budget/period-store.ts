import { BudgetScope, BudgetUnit } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { sql, type SQL } from "drizzle-orm";
import type { Tx } from "../platform/db/database.ts";
import type { BudgetKey } from "./budget-key.ts";

/**
 * A new budget starts with what the ledger holds for its period. The period's row is locked before the ledger is
 * read: a booking is either in the ledger by then, or comes after and adds itself. Calls that are under way count
 * from their next slice on.
 */
export async function seedPeriod(tx: Tx, key: BudgetKey, period: string): Promise<void> {
  const { scope, scopeId, window, unit } = key;
  const tenant = sql`${tx.tenantId}::uuid`;
  const isRow = sql`tenant_id = ${tenant} AND scope = ${scope} AND scope_id = ${scopeId}
    AND budget_window = ${window} AND unit = ${unit} AND period_start = ${period}::date`;
  await tx.sql.execute(sql`
    INSERT INTO budget_periods AS p (tenant_id, scope, scope_id, budget_window, unit, period_start)
    VALUES (${tenant}, ${scope}, ${scopeId}, ${window}, ${unit}, ${period}::date)
    ON CONFLICT (tenant_id, scope, scope_id, budget_window, unit, period_start)
      DO UPDATE SET soft_limit_reached_at = p.soft_limit_reached_at`);
  await tx.sql.execute(sql`
    UPDATE budget_periods SET used = (
      SELECT COALESCE(${spentOf(unit)}, 0) FROM usage_ledger
      WHERE tenant_id = ${tenant} AND ${isOf(scope, scopeId)}
        AND created_at >= ${period}::date::timestamp AT TIME ZONE 'UTC')
    WHERE ${isRow}`);
}

const spentOf = (unit: BudgetUnit): SQL => {
  if (unit === BudgetUnit.MICROS) return sql`sum(cost_micros)`;
  return unit === BudgetUnit.TOKENS ? sql`sum(input_tokens + output_tokens)` : sql`count(DISTINCT run_id)`;
};

function isOf(scope: BudgetScope, scopeId: string): SQL {
  switch (scope) {
    case BudgetScope.TEAM:
      return sql`team_id = ${scopeId}`;
    case BudgetScope.USER:
      return sql`user_id = ${scopeId}`;
    case BudgetScope.AGENT:
      return sql`agent_id = ${scopeId}`;
    case BudgetScope.CHAT:
      return sql`chat_id::text = ${scopeId}`;
    case BudgetScope.RUN:
      return sql`run_id::text = ${scopeId}`;
    default:
      return sql`true`;
  }
}

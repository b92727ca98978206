import { BudgetScope, BudgetUnit } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import type { GetBudgetResponseSchema } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { TENANT } from "./budget-key.ts";
import { budgetMessage } from "./budget-message.ts";
import type { BudgetDeps } from "./run-budget.ts";
import { readStatuses, type BudgetStatus } from "./store.ts";

export async function getBudget(
  deps: BudgetDeps & { database: Database },
  actor: Actor,
): Promise<MessageInitShape<typeof GetBudgetResponseSchema>> {
  requireScope(actor, "budget.read");
  const reader = deps.database.reader(actor.tenantId);
  const teams = actor.teams.map((scopeId) => ({ scope: BudgetScope.TEAM, scopeId }));
  const scopes = [TENANT, { scope: BudgetScope.USER, scopeId: actor.userId }, ...teams];
  const at = { defaults: deps.defaultLimits, time: deps.now() };
  const statuses = await readStatuses(reader, at, { scopes });
  // The sort is stable: the rest stays in its order.
  const sorted = statuses.toSorted((a, b) => Number(isTenantMoney(b)) - Number(isTenantMoney(a)));
  return { budgets: sorted.map((status) => budgetMessage(status, deps.currency)) };
}

const isTenantMoney = ({ scope, unit }: BudgetStatus) =>
  scope === BudgetScope.TENANT && unit === BudgetUnit.MICROS;

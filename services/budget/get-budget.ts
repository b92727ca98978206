import type { GetBudgetResponseSchema } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { budgetMessage } from "./budget-message.ts";
import { periodsAt } from "./budget-window.ts";
import type { BudgetDeps } from "./run-budget.ts";
import { readStatus } from "./store.ts";

export async function getBudget(
  deps: BudgetDeps & { database: Database },
  actor: Actor,
): Promise<MessageInitShape<typeof GetBudgetResponseSchema>> {
  requireScope(actor, "budget.read");
  const reader = deps.database.reader(actor.tenantId);
  const statuses = await readStatus(reader, deps.defaultLimits, periodsAt(deps.now()));
  return { budgets: statuses.map((status) => budgetMessage(status, deps.currency)) };
}

import {
  BudgetService,
  type DeleteBudgetRequest,
  type DeleteBudgetResponse,
} from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import { decideDelete } from "./budget.ts";
import { keyOf } from "./budget-key.ts";
import { changeBudget, type BudgetCommandDeps } from "./change-budget.ts";

export async function deleteBudget(
  deps: BudgetCommandDeps,
  actor: Actor,
  request: DeleteBudgetRequest,
): Promise<DeleteBudgetResponse> {
  requireScope(actor, "budget.write");
  const { requestId, etag } = request;
  return runCommand(deps, actor, BudgetService.method.deleteBudget, request, async (tx) => {
    await changeBudget(tx, deps, actor, { key: keyOf(request), requestId, etag, decide: decideDelete });
    return {};
  });
}

import {
  BudgetService,
  type RaiseBudgetRequest,
  type RaiseBudgetResponse,
} from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import { decideRaise } from "./budget.ts";
import { keyOf } from "./budget-key.ts";
import { budgetMessage } from "./budget-message.ts";
import { changeBudget, statusOfBudget, type BudgetCommandDeps } from "./change-budget.ts";
import { defaultLimitOf } from "./store.ts";

export async function raiseBudget(
  deps: BudgetCommandDeps,
  actor: Actor,
  request: RaiseBudgetRequest,
): Promise<RaiseBudgetResponse> {
  requireScope(actor, "budget.write");
  const { requestId, etag } = request;
  const key = keyOf(request);
  const raise = {
    amount: Number(request.amount),
    expireTime: request.expireTime ? timestampDate(request.expireTime) : deps.now(),
    isDefault: defaultLimitOf(key, deps.defaultLimits) !== undefined,
  };
  return runCommand(deps, actor, BudgetService.method.raiseBudget, request, async (tx) => {
    await changeBudget(tx, deps, actor, {
      key,
      requestId,
      etag,
      decide: (budget) => decideRaise(budget, raise),
    });
    const status = await statusOfBudget(tx, deps, key);
    return status ? { budget: budgetMessage(status, deps.currency) } : {};
  });
}

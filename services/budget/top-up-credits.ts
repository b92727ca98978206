import {
  BudgetService,
  type TopUpCreditsRequest,
  type TopUpCreditsResponse,
} from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import { decideTopUp } from "./budget.ts";
import { CREDITS } from "./budget-key.ts";
import { changeBudget, statusOfBudget, type BudgetCommandDeps } from "./change-budget.ts";
import { creditsMessage } from "./credits-message.ts";

export async function topUpCredits(
  deps: BudgetCommandDeps,
  actor: Actor,
  request: TopUpCreditsRequest,
): Promise<TopUpCreditsResponse> {
  requireScope(actor, "budget.write");
  const { requestId, amountMicros, reference } = request;
  return runCommand(deps, actor, BudgetService.method.topUpCredits, request, async (tx) => {
    const decide = () => decideTopUp(Number(amountMicros), reference);
    await changeBudget(tx, deps, actor, { key: CREDITS, requestId, etag: "", decide });
    return { credits: creditsMessage(await statusOfBudget(tx, deps, CREDITS), deps.currency) };
  });
}

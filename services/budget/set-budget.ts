import { BudgetScope } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import {
  BudgetService,
  type SetBudgetRequest,
  type SetBudgetResponse,
} from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { validate as isUuid } from "uuid";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { decideSet } from "./budget.ts";
import { keyOf, type BudgetKey } from "./budget-key.ts";
import { budgetMessage } from "./budget-message.ts";
import { changeBudget, statusOfBudget, type BudgetCommandDeps } from "./change-budget.ts";
import { lockAccount } from "./run-account-store.ts";

export async function setBudget(
  deps: BudgetCommandDeps,
  actor: Actor,
  request: SetBudgetRequest,
): Promise<SetBudgetResponse> {
  requireScope(actor, "budget.write");
  const { requestId, etag, exhaustionPolicy, softLimitPercent } = request;
  const key = keyOf(request);
  // Validation lets only one of the two be set.
  const limit = Number(request.limit || request.limitMicros);
  return runCommand(deps, actor, BudgetService.method.setBudget, request, async (tx) => {
    if (key.scope === BudgetScope.RUN) await requireRun(tx, key);
    const decide = (budget: Parameters<typeof decideSet>[0]) =>
      decideSet(budget, { limit, exhaustionPolicy, softLimitPercent });
    await changeBudget(tx, deps, actor, { key, requestId, etag, decide });
    const status = await statusOfBudget(tx, deps, key);
    return status ? { budget: budgetMessage(status, deps.currency) } : {};
  });
}

/** The budget of a run goes when the run ends; one of a run that has ended would stay for ever. */
async function requireRun(tx: Tx, { scopeId: runId }: BudgetKey): Promise<void> {
  if (isUuid(runId) && (await lockAccount(tx, runId))) return;
  throw new AppError("RUN_NOT_FOUND", "there is no such run, or it has ended", {
    metadata: { run_id: runId },
  });
}

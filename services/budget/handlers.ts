import type { BudgetService } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import type { ServiceImpl } from "@connectrpc/connect";
import { actorOf } from "../platform/auth/request-actor.ts";
import type { BudgetCommandDeps } from "./change-budget.ts";
import { deleteBudget } from "./delete-budget.ts";
import { exportUsage } from "./export-usage.ts";
import { getBudget } from "./get-budget.ts";
import { getCredits } from "./get-credits.ts";
import { listBudgets, type ListBudgetsDeps } from "./list-budgets.ts";
import { listUsage } from "./list-usage.ts";
import { raiseBudget } from "./raise-budget.ts";
import { setBudget } from "./set-budget.ts";
import { summarizeUsage } from "./summarize-usage.ts";
import { topUpCredits } from "./top-up-credits.ts";

export function createBudgetHandlers(deps: BudgetCommandDeps & ListBudgetsDeps) {
  return {
    getBudget: (_request, context) => getBudget(deps, actorOf(context)),
    listBudgets: (request, context) => listBudgets(deps, actorOf(context), request),
    setBudget: (request, context) => setBudget(deps, actorOf(context), request),
    deleteBudget: (request, context) => deleteBudget(deps, actorOf(context), request),
    raiseBudget: (request, context) => raiseBudget(deps, actorOf(context), request),
    topUpCredits: (request, context) => topUpCredits(deps, actorOf(context), request),
    getCredits: (_request, context) => getCredits(deps, actorOf(context)),
    listUsage: (request, context) => listUsage(deps, actorOf(context), request),
    summarizeUsage: (request, context) => summarizeUsage(deps, actorOf(context), request),
    exportUsage: (request, context) => exportUsage(deps, actorOf(context), request),
  } satisfies ServiceImpl<typeof BudgetService>;
}

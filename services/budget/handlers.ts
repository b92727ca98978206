import type { BudgetService } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import type { ServiceImpl } from "@connectrpc/connect";
import { actorOf } from "../platform/auth/request-actor.ts";
import type { CommandDeps } from "../platform/command/run-command.ts";
import type { EventStore } from "../platform/event-store/event-store.ts";
import { getBudget } from "./get-budget.ts";
import { listUsage } from "./list-usage.ts";
import type { BudgetDeps } from "./run-budget.ts";
import { setBudget } from "./set-budget.ts";

export function createBudgetHandlers(deps: BudgetDeps & CommandDeps & { events: EventStore }) {
  return {
    getBudget: (_request, context) => getBudget(deps, actorOf(context)),
    setBudget: (request, context) => setBudget(deps, actorOf(context), request),
    listUsage: (request, context) => listUsage(deps, actorOf(context), request),
  } satisfies ServiceImpl<typeof BudgetService>;
}

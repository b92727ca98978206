import { BudgetWindow, ExhaustionPolicy } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import {
  BudgetService,
  type SetBudgetRequest,
  type SetBudgetResponse,
} from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { BudgetLimitSetSchema } from "@ameide/proto-private/ameide/events/v1/budget_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { requireEtag } from "../platform/command/etag.ts";
import { runCommand, type CommandDeps } from "../platform/command/run-command.ts";
import type { EventStore } from "../platform/event-store/event-store.ts";
import { budgetMessage } from "./budget-message.ts";
import { periodsAt } from "./budget-window.ts";
import type { BudgetDeps } from "./run-budget.ts";
import { readStatus, saveLimit } from "./store.ts";

const budgetStream = (window: BudgetWindow) => `budget-${BudgetWindow[window].toLowerCase()}`;

export async function setBudget(
  deps: BudgetDeps & CommandDeps & { events: EventStore },
  actor: Actor,
  request: SetBudgetRequest,
): Promise<SetBudgetResponse> {
  requireScope(actor, "budget.write");
  const { window, limitMicros, requestId } = request;
  const exhaustionPolicy = request.exhaustionPolicy || ExhaustionPolicy.STOP;
  return runCommand(deps, actor, BudgetService.method.setBudget, request, async (tx) => {
    const status = async () => {
      const all = await readStatus(tx, deps.defaultLimits, periodsAt(deps.now()));
      return all.find((s) => s.window === window) ?? Promise.reject(new TypeError(`no window ${window}`));
    };
    const { version } = await status();
    requireEtag(request.etag, version);
    const fact = create(BudgetLimitSetSchema, { window, limitMicros, exhaustionPolicy });
    const cause = { userId: actor.userId, requestId, traceId: actor.traceId };
    await deps.events.append(
      tx,
      [{ streamId: budgetStream(window), expectedVersion: version, events: [fact] }],
      cause,
    );
    const limit = { window, limitMicros: Number(limitMicros), exhaustionPolicy };
    await saveLimit(tx, { ...limit, version: version + 1, updateTime: deps.now() });
    return { budget: budgetMessage(await status(), deps.currency) };
  });
}

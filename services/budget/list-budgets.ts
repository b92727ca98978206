import { BudgetScope } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import {
  ListBudgetsRequestSchema,
  type ListBudgetsRequest,
  type ListBudgetsResponseSchema,
} from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { validate as isUuid } from "uuid";
import { isAdmin, requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database, Reader } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { scopeOf, TENANT, type BudgetKey, type ScopeKey, type Window } from "./budget-key.ts";
import { budgetMessage } from "./budget-message.ts";
import { cursorAt, keyAt } from "./key-cursor.ts";
import { findAccount } from "./run-account-store.ts";
import type { BudgetDeps } from "./run-budget.ts";
import { readStatuses, type StatusFilter } from "./store.ts";

export interface ListBudgetsDeps extends BudgetDeps {
  database: Database;
  /** Whether the actor may read a chat. */
  mayReadChat(reader: Reader, actor: Actor, chatId: string): Promise<boolean>;
}

export async function listBudgets(
  deps: ListBudgetsDeps,
  actor: Actor,
  request: ListBudgetsRequest,
): Promise<MessageInitShape<typeof ListBudgetsResponseSchema>> {
  requireScope(actor, "budget.read");
  const page = pageOf(ListBudgetsRequestSchema, request, { default: 50, max: 200, texts: true });
  const after = page.after && budgetAt(keyAt(page.after, 4));
  const reader = deps.database.reader(actor.tenantId);
  const filter = await visible(deps, reader, actor, request);
  if (!filter) return {};
  const at = { defaults: deps.defaultLimits, time: deps.now() };
  const statuses = await readStatuses(reader, at, { ...filter, after, limit: page.size + 1 });
  return {
    budgets: statuses.slice(0, page.size).map((status) => budgetMessage(status, deps.currency)),
    nextPageToken: page.nextToken(statuses, ({ scope, scopeId, window, unit }) =>
      cursorAt([scope, scopeId, window, unit]),
    ),
  };
}

function budgetAt([scope, scopeId = "", window, unit]: string[]): BudgetKey {
  const whole = (text: string | undefined) => (/^\d$/.test(text ?? "") ? Number(text) : 0);
  return { scope: whole(scope), scopeId, window: whole(window) as Window, unit: whole(unit) };
}

/** What of the budgets that were asked for the actor may see; undefined for nothing. */
async function visible(
  deps: ListBudgetsDeps,
  reader: Reader,
  actor: Actor,
  { scope, scopeId }: ListBudgetsRequest,
): Promise<StatusFilter | undefined> {
  if (isAdmin(actor) && scopeId === "") return scope === 0 ? {} : { scope };
  if (scopeId === "" && scope === BudgetScope.AGENT) return { scope };
  const all = scopeId === "" ? ownScopes(actor) : NAMED.map((one) => scopeOf({ scope: one, scopeId }));
  const wanted = scope === 0 ? all : all.filter((one) => one.scope === scope);
  const seen = await Promise.all(wanted.map((one) => maySee(deps, reader, actor, one)));
  return { scopes: wanted.filter((_, i) => seen[i]) };
}

const { TEAM, USER, AGENT, CHAT, RUN } = BudgetScope;
/** Scopes that there are many of. */
const NAMED = [TEAM, USER, AGENT, CHAT, RUN];

const ownScopes = (actor: Actor): ScopeKey[] => [
  TENANT,
  { scope: BudgetScope.USER, scopeId: actor.userId },
  ...actor.teams.map((scopeId) => ({ scope: BudgetScope.TEAM, scopeId })),
];

async function maySee(
  deps: ListBudgetsDeps,
  reader: Reader,
  actor: Actor,
  { scope, scopeId }: ScopeKey,
): Promise<boolean> {
  if (isAdmin(actor)) return true;
  if (scope === BudgetScope.USER) return scopeId === actor.userId;
  if (scope === BudgetScope.TEAM) return actor.teams.includes(scopeId);
  if (scope === BudgetScope.CHAT) return isUuid(scopeId) && deps.mayReadChat(reader, actor, scopeId);
  if (scope === BudgetScope.RUN)
    return isUuid(scopeId) && (await findAccount(reader, scopeId))?.userId === actor.userId;
  return true;
}

import { BudgetScope, BudgetUnit } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import type { Actor } from "../platform/auth/actor.ts";
import { requireEtag } from "../platform/command/etag.ts";
import type { CommandDeps } from "../platform/command/run-command.ts";
import type { Tx } from "../platform/db/database.ts";
import { evolveBudget, type BudgetEvent, type BudgetRecord } from "./budget.ts";
import { budgetStream, CREDITS, type BudgetKey } from "./budget-key.ts";
import { periodAt } from "./budget-window.ts";
import { seedPeriod } from "./period-store.ts";
import type { BudgetDeps } from "./run-budget.ts";
import { defaultLimitOf, findBudget, readStatuses, saveBudget, type BudgetStatus } from "./store.ts";

export type BudgetCommandDeps = BudgetDeps & CommandDeps;

export interface BudgetChange {
  key: BudgetKey;
  requestId: string;
  /** Empty: change whatever is there. */
  etag: string;
  decide(budget: BudgetRecord): BudgetEvent[];
}

/** Loads a budget, decides, appends at the version that was read, and stores the row that the events make. */
export async function changeBudget(
  tx: Tx,
  deps: BudgetCommandDeps,
  actor: Actor,
  { key, requestId, etag, decide }: BudgetChange,
): Promise<BudgetRecord> {
  const budget = await findBudget(tx, key, deps.defaultLimits);
  requireEtag(etag, budget.version);
  const decided = decide(budget);
  await deps.events.append(
    tx,
    [{ streamId: budgetStream(key), expectedVersion: budget.version, events: decided }],
    { userId: actor.userId, requestId, traceId: actor.traceId },
  );
  const changed = decided.reduce(evolveBudget, budget);
  await saveBudget(tx, changed, deps.now());
  if (budget.deleted && !changed.deleted && countsFromLedger(deps, key)) {
    await seedPeriod(tx, key, periodAt(key.window, deps.now()));
  }
  return changed;
}

/** What was always counted needs no start; prepaid money is not for what came before. */
function countsFromLedger({ defaultLimits }: BudgetDeps, key: BudgetKey): boolean {
  const isCredits =
    key.scope === BudgetScope.TENANT && key.window === CREDITS.window && key.unit === CREDITS.unit;
  const isDefault = defaultLimitOf(key, defaultLimits) !== undefined;
  return !isCredits && !isDefault && key.unit !== BudgetUnit.STREAMS;
}

/** How a budget stands now; undefined for one that nobody has set. */
export async function statusOfBudget(
  tx: Tx,
  deps: BudgetDeps,
  { scope, scopeId, window, unit }: BudgetKey,
): Promise<BudgetStatus | undefined> {
  const at = { defaults: deps.defaultLimits, time: deps.now() };
  const statuses = await readStatuses(tx, at, { scopes: [{ scope, scopeId }] });
  return statuses.find((status) => status.window === window && status.unit === unit);
}

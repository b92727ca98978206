import { BudgetScope, BudgetUnit, BudgetWindow } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import type { Reader, Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import type { EventStore } from "../platform/event-store/event-store.ts";
import { bookCall, type Booking, type CallToBook } from "./book-call.ts";
import { newBudget } from "./budget.ts";
import { TENANT, type ScopeKey } from "./budget-key.ts";
import { periodAt } from "./budget-window.ts";
import { budgetExceeded } from "./budget-exceeded.ts";
import { takeHolds, type Amounts, type Draw } from "./hold-store.ts";
import type { PriceTable } from "./price-table.ts";
import {
  deleteAccount,
  findHeldMicros,
  insertAccount,
  lockAccount,
  type RunAccount,
} from "./run-account-store.ts";
import { settleHolds } from "./settle-store.ts";
import { sliceOf, type CallToHold, type Slice } from "./slice.ts";
import { tellSoftLimits } from "./soft-limit.ts";
import { readStatuses, remainingOf, saveBudget, type DefaultLimits, type LimitsAt } from "./store.ts";

export interface BudgetDeps {
  prices: PriceTable;
  defaultLimits: DefaultLimits;
  /** ISO 4217. */
  currency: string;
  now: () => Date;
  events: EventStore;
}

export interface RunToBudget extends RunAccount {
  /** What all calls of the run may cost together; 0: no limit of its own. */
  maxCostMicros: number;
}

/**
 * The budgets above a run as it sees them: hold a slice before, more while it speaks, book after, give back at the
 * end. A statement holds in all of them or in none.
 */
export interface RunBudget {
  /** ISO 4217. */
  readonly currency: string;
  readonly priceVersion: string;
  costOf: PriceTable["costOf"];
  /** What is to be held of a call that has written so much. */
  sliceOf(call: CallToHold): Slice;
  /** Takes a new run in, and holds the slice of its first call. Throws BUDGET_EXCEEDED. */
  admit(tx: Tx, run: RunToBudget, slice: Slice): Promise<void>;
  /** Holds a slice for a run that goes on. Throws BUDGET_EXCEEDED. */
  readmit(tx: Tx, runId: string, slice: Slice): Promise<void>;
  /** Why StartRun would refuse the run now; holds nothing. */
  refusalOf(reader: Reader, run: RunToBudget, slice: Slice): Promise<AppError | undefined>;
  /**
   * Brings what the run holds up to the slice, in one round trip. Resolves to the money that the tightest budget has
   * left. Throws BUDGET_EXCEEDED.
   */
  holdUpTo(reader: Reader, runId: string, slice: Slice): Promise<number>;
  /** Books a call, once; undefined when it was booked before or the run has ended. */
  book(tx: Tx, call: CallToBook): Promise<Booking | undefined>;
  /** Gives back what is still held; with `goesOn`, the run may be readmitted. Doing it twice is harmless. */
  release(tx: Tx, runId: string, how: { goesOn: boolean }): Promise<void>;
  /** What money is held for a run. */
  reservedFor(reader: Reader, runId: string): Promise<number>;
  /** Whether a run that was refused so is parked instead of stopped: the policy of the refusing budget. */
  parks(refusal: AppError): boolean;
}

export function createRunBudget(deps: BudgetDeps): RunBudget {
  const { currency, prices } = deps;
  const take = (reader: Reader, runId: string, up: Amounts) => takeAll(deps, reader, runId, up);
  return {
    currency,
    priceVersion: prices.version,
    costOf: prices.costOf,
    sliceOf: (call) => sliceOf(prices, call),
    async admit(tx, { maxCostMicros, ...account }, slice) {
      await insertAccount(tx, account);
      if (maxCostMicros > 0) await limitRun(deps, tx, account.runId, maxCostMicros);
      await take(tx, account.runId, { ...slice, runs: 1, streams: 1 });
    },
    readmit: async (tx, runId, slice) => void (await take(tx, runId, { ...slice, streams: 1 })),
    refusalOf: (reader, run, slice) => refusalOf(deps, reader, run, slice),
    async holdUpTo(reader, runId, slice) {
      const money = (await take(reader, runId, slice)).filter(({ unit }) => unit === BudgetUnit.MICROS);
      return Math.min(
        ...money.map((draw) => remainingOf({ ...draw, reserved: draw.reserved + draw.wanted })),
      );
    },
    book: (tx, call) => bookCall(deps, tx, call),
    release: (tx, runId, { goesOn }) => release(deps, tx, runId, goesOn),
    reservedFor: findHeldMicros,
    parks: ({ metadata }) => metadata["exhaustion_policy"] === "park",
  };
}

const limitsAt = ({ defaultLimits, now }: BudgetDeps): LimitsAt => ({ defaults: defaultLimits, time: now() });

async function takeAll(deps: BudgetDeps, reader: Reader, runId: string, up: Amounts): Promise<Draw[]> {
  const at = limitsAt(deps);
  const draws = await takeHolds(reader, runId, at, up);
  if (draws.length === 0)
    throw new AppError("RUN_NOT_FOUND", "the run has ended", { metadata: { run_id: runId } });
  const refusing = draws.filter(({ fits }) => !fits);
  if (refusing.length > 0) throw budgetExceeded(refusing, deps.currency, at.time);
  return draws;
}

/** The run's own budget. That it was admitted with this limit is the fact; the budget has no event yet. */
async function limitRun(deps: BudgetDeps, tx: Tx, runId: string, limit: number): Promise<void> {
  const key = { scope: BudgetScope.RUN, scopeId: runId, window: BudgetWindow.TOTAL, unit: BudgetUnit.MICROS };
  await saveBudget(
    tx,
    { ...newBudget({ ...key, window: BudgetWindow.TOTAL }, limit), deleted: false },
    deps.now(),
  );
}

async function release(deps: BudgetDeps, tx: Tx, runId: string, goesOn: boolean): Promise<void> {
  const account = await lockAccount(tx, runId);
  if (!account) return;
  const settled = await settleHolds(tx, runId, limitsAt(deps), { spent: { runs: 1 }, free: true });
  await tellSoftLimits(tx, deps.events, settled, { userId: account.userId });
  if (!goesOn) await deleteAccount(tx, runId);
}

/** Those above a run that is not admitted yet. */
function scopesOf({ teamId, userId, agentId, chatId }: RunAccount): ScopeKey[] {
  const scopes = [
    TENANT,
    { scope: BudgetScope.TEAM, scopeId: teamId },
    { scope: BudgetScope.USER, scopeId: userId },
    { scope: BudgetScope.AGENT, scopeId: agentId },
    { scope: BudgetScope.CHAT, scopeId: chatId },
  ];
  return scopes.filter((scope) => scope === TENANT || scope.scopeId !== "");
}

async function refusalOf(
  deps: BudgetDeps,
  reader: Reader,
  run: RunToBudget,
  { micros, tokens }: Slice,
): Promise<AppError | undefined> {
  const at = limitsAt(deps);
  const wantedOf = new Map([
    [BudgetUnit.MICROS, micros],
    [BudgetUnit.TOKENS, tokens],
    [BudgetUnit.RUNS, 1],
    [BudgetUnit.STREAMS, 1],
  ]);
  const statuses = await readStatuses(reader, at, { scopes: scopesOf(run) });
  const draws = statuses.map((status) => ({ ...status, wanted: wantedOf.get(status.unit) ?? 0 }));
  const own = { ...newBudget(OWN, run.maxCostMicros), period: periodAt(OWN.window, at.time) };
  const all = run.maxCostMicros > 0 ? [...draws, { ...own, used: 0, reserved: 0, wanted: micros }] : draws;
  const refusing = all.filter((d) => d.wanted > 0 && d.used + d.reserved + d.wanted > d.limit);
  return refusing.length === 0 ? undefined : budgetExceeded(refusing, deps.currency, at.time);
}

const OWN = {
  scope: BudgetScope.RUN,
  scopeId: "",
  window: BudgetWindow.TOTAL as const,
  unit: BudgetUnit.MICROS,
};

import { ExhaustionPolicy } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { v7 as uuidv7 } from "uuid";
import type { Reader, Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { nameOfWindow, periodsAt, WINDOWS, type Periods } from "./budget-window.ts";
import { budgetExceeded } from "./budget-exceeded.ts";
import { insertLedgerRow, isBooked } from "./ledger-store.ts";
import type { PriceTable } from "./price-table.ts";
import {
  deleteReservation,
  findReserved,
  holdInAllWindows,
  insertReservation,
  lockReservation,
  moveHeld,
  readStatus,
  remainingOf,
  setReservation,
  tryHoldInAllWindows,
  type DefaultLimits,
} from "./store.ts";

export interface BudgetDeps {
  prices: PriceTable;
  defaultLimits: DefaultLimits;
  /** ISO 4217. */
  currency: string;
  now: () => Date;
}

/** One model call of one run, to be booked. */
export interface CallToBook {
  runId: string;
  callId: string;
  chatId: string;
  agentId: string;
  userId: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
  aborted: boolean;
}

export interface Booking {
  /** What was booked; less than the price where the budget had no room for the rest. */
  costMicros: number;
  /** What the budget had no room for. */
  uncoveredMicros: number;
  /** What is still held for the run. */
  reservedMicros: number;
}

/** The budget as a run sees it: hold before, book after, give back at the end. All inside the caller's transaction. */
export interface RunBudget {
  /** ISO 4217. */
  readonly currency: string;
  costOf: PriceTable["costOf"];
  /** Holds an amount for a new run. Throws BUDGET_EXCEEDED. */
  admit(tx: Tx, runId: string, amountMicros: number): Promise<void>;
  /** Holds more for a run. Throws BUDGET_EXCEEDED. */
  extend(tx: Tx, runId: string, amountMicros: number): Promise<void>;
  /** Books a call, once; undefined when it was booked before. */
  book(tx: Tx, call: CallToBook): Promise<Booking | undefined>;
  /** Gives back what is still held. Doing it twice is harmless. */
  release(tx: Tx, runId: string): Promise<void>;
  /** What is held for a run. */
  reservedFor(reader: Reader, runId: string): Promise<number>;
  /** What the tenant may still spend before its tightest window is full. */
  remaining(reader: Reader): Promise<number>;
  /** Whether a run that was refused so is parked instead of stopped: the policy of the refusing window. */
  parks(reader: Reader, refusal: AppError): Promise<boolean>;
}

export function createRunBudget(deps: BudgetDeps): RunBudget {
  const status = (reader: Reader) => readStatus(reader, deps.defaultLimits, periodsAt(deps.now()));

  async function hold(tx: Tx, periods: Periods, amount: number): Promise<void> {
    const held = await holdInAllWindows(tx, deps.defaultLimits, periods, amount);
    if (held.length === WINDOWS.length) return;
    // What was held just now in the other windows must not be told as somebody's reservation.
    const statuses = await readStatus(tx, deps.defaultLimits, periods);
    const refusing = statuses.filter(({ window }) => !held.includes(window));
    throw budgetExceeded(refusing, amount, deps.currency);
  }

  return {
    currency: deps.currency,
    costOf: deps.prices.costOf,
    async admit(tx, runId, reservedMicros) {
      const periods = periodsAt(deps.now());
      await hold(tx, periods, reservedMicros);
      await insertReservation(tx, { runId, reservedMicros, periods });
    },
    async extend(tx, runId, amountMicros) {
      const reservation = await lockReservation(tx, runId);
      if (!reservation)
        throw new AppError("RUN_NOT_FOUND", "the run has ended", { metadata: { run_id: runId } });
      await hold(tx, reservation.periods, amountMicros);
      await setReservation(tx, runId, reservation.reservedMicros + amountMicros);
    },
    book: (tx, call) => book(deps, tx, call),
    async release(tx, runId) {
      const reservation = await lockReservation(tx, runId);
      if (!reservation) return;
      await deleteReservation(tx, runId);
      await moveHeld(tx, reservation.periods, { spent: 0, released: reservation.reservedMicros });
    },
    reservedFor: findReserved,
    remaining: async (reader) => Math.min(...(await status(reader)).map(remainingOf)),
    async parks(reader, { metadata }) {
      const refusing = (await status(reader)).find((s) => nameOfWindow(s.window) === metadata["window"]);
      return refusing?.exhaustionPolicy === ExhaustionPolicy.PARK;
    },
  };
}

async function book(deps: BudgetDeps, tx: Tx, call: CallToBook): Promise<Booking | undefined> {
  const reservation = await lockReservation(tx, call.runId);
  if (!reservation || (await isBooked(tx, call))) return undefined;
  const price = deps.prices.costOf(call.model, call);
  const missing = Math.max(0, price - reservation.reservedMicros);
  // A provider that told us more than was held is paid from what the budget still has, never beyond it.
  const covered =
    missing === 0 || (await tryHoldInAllWindows(tx, deps.defaultLimits, reservation.periods, missing));
  const costMicros = covered ? price : reservation.reservedMicros;
  const { currency, prices, now } = deps;
  const row = {
    ...call,
    usageEntryId: uuidv7(),
    costMicros,
    currency,
    priceVersion: prices.version,
    createTime: now(),
  };
  await insertLedgerRow(tx, row);
  const held = reservation.reservedMicros + (covered ? missing : 0);
  await moveHeld(tx, reservation.periods, { spent: costMicros, released: 0 });
  await setReservation(tx, call.runId, held - costMicros);
  return { costMicros, uncoveredMicros: price - costMicros, reservedMicros: held - costMicros };
}

import { BudgetUnit } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { v7 as uuidv7 } from "uuid";
import type { Tx } from "../platform/db/database.ts";
import { insertLedgerRow, isBooked } from "./ledger-store.ts";
import { lockAccount } from "./run-account-store.ts";
import type { BudgetDeps } from "./run-budget.ts";
import { settleHolds } from "./settle-store.ts";
import { tellSoftLimits } from "./soft-limit.ts";
import { remainingOf } from "./store.ts";

/** One model call of one run, to be booked. */
export interface CallToBook {
  runId: string;
  callId: string;
  /** Empty: a new one. */
  usageEntryId: string;
  attempt: number;
  model: string;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  aborted: boolean;
}

export interface Booking {
  usageEntryId: string;
  /** What the call cost; all of it is booked. */
  costMicros: number;
  /** What a prepaid balance had no money for. */
  uncoveredMicros: number;
  /** The money that the tightest budget has left; undefined when the run held nothing. */
  remainingMicros: number | undefined;
}

/** Writes the call into the ledger and takes its cost from what the run holds, in one transaction and once. */
export async function bookCall(deps: BudgetDeps, tx: Tx, call: CallToBook): Promise<Booking | undefined> {
  const account = await lockAccount(tx, call.runId);
  if (!account || (await isBooked(tx, call))) return undefined;
  const { prices, currency, defaultLimits, now, events } = deps;
  const time = now();
  const costMicros = prices.costOf(call.model, call);
  const spent = { micros: costMicros, tokens: call.inputTokens + call.outputTokens };
  const settled = await settleHolds(
    tx,
    call.runId,
    { defaults: defaultLimits, time },
    { spent, free: false },
  );
  const uncoveredMicros = settled.reduce((most, { uncovered }) => Math.max(most, uncovered), 0);
  const usageEntryId = call.usageEntryId || uuidv7();
  const booked = { ...account, ...call, usageEntryId, costMicros, uncoveredMicros };
  await insertLedgerRow(tx, { ...booked, currency, priceVersion: prices.version, createTime: time });
  await tellSoftLimits(tx, events, settled, { userId: account.userId });
  const left = settled.flatMap(({ unit, limit = Infinity, used, reserved }) =>
    unit === BudgetUnit.MICROS ? [remainingOf({ limit, used, reserved })] : [],
  );
  return {
    usageEntryId,
    costMicros,
    uncoveredMicros,
    remainingMicros: left.length === 0 ? undefined : Math.min(...left),
  };
}

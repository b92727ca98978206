import { BudgetScope, BudgetUnit, ExhaustionPolicy } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import {
  BudgetDeletedSchema,
  BudgetLimitSetSchema,
  BudgetRaisedSchema,
  CreditsToppedUpSchema,
  type BudgetDeleted,
  type BudgetLimitSet,
  type BudgetRaised,
  type CreditsToppedUp,
} from "@ameide/proto-private/ameide/events/v1/budget_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { AppError } from "../platform/errors/app-error.ts";
import { nameOfScope, nameOfUnit, nameOfWindow, type BudgetKey } from "./budget-key.ts";

export type BudgetEvent = BudgetLimitSet | BudgetDeleted | BudgetRaised | CreditsToppedUp;

export const DEFAULT_SOFT_LIMIT_PERCENT = 80;

/** A budget as its events left it. */
export interface BudgetRecord extends BudgetKey {
  /** Without the raise. */
  limit: number;
  softLimitPercent: number;
  exhaustionPolicy: ExhaustionPolicy;
  /** What is added to the limit until the raise ends. */
  raise: number;
  raiseExpireTime: Date | undefined;
  /** Whether it was taken away, or never set. */
  deleted: boolean;
  /** Of its event stream; 0 before the first event. */
  version: number;
}

/** A budget that nobody has set; `limit` is the server's default, if there is one. */
export function newBudget(key: BudgetKey, limit = 0): BudgetRecord {
  return {
    ...key,
    limit,
    softLimitPercent: DEFAULT_SOFT_LIMIT_PERCENT,
    exhaustionPolicy: ExhaustionPolicy.STOP,
    raise: 0,
    raiseExpireTime: undefined,
    deleted: true,
    version: 0,
  };
}

export interface LimitToSet {
  limit: number;
  exhaustionPolicy: ExhaustionPolicy;
  softLimitPercent: number;
}

export function decideSet(budget: BudgetRecord, command: LimitToSet): BudgetEvent[] {
  const { scope, scopeId, window, unit } = budget;
  const limit = BigInt(command.limit);
  const isMoney = unit === BudgetUnit.MICROS;
  return [
    create(BudgetLimitSetSchema, {
      scope,
      scopeId,
      window,
      unit,
      ...(isMoney ? { limitMicros: limit } : { limit }),
      exhaustionPolicy: command.exhaustionPolicy || ExhaustionPolicy.STOP,
      softLimitPercent: command.softLimitPercent || DEFAULT_SOFT_LIMIT_PERCENT,
    }),
  ];
}

export function decideDelete(budget: BudgetRecord): BudgetEvent[] {
  if (budget.deleted) throw budgetNotFound(budget);
  return [create(BudgetDeletedSchema)];
}

/** `isDefault`: whether the server's default holds where nobody has set it; then there is something to raise. */
export function decideRaise(
  budget: BudgetRecord,
  { amount, expireTime, isDefault }: { amount: number; expireTime: Date; isDefault: boolean },
): BudgetEvent[] {
  if (budget.deleted && !isDefault) throw budgetNotFound(budget);
  const { limit, exhaustionPolicy, softLimitPercent } = budget;
  return [
    create(BudgetRaisedSchema, {
      amount: BigInt(amount),
      expireTime: timestampFromDate(expireTime),
      limit: BigInt(limit),
      exhaustionPolicy,
      softLimitPercent,
    }),
  ];
}

export function decideTopUp(amountMicros: number, reference: string): BudgetEvent[] {
  return [create(CreditsToppedUpSchema, { amountMicros: BigInt(amountMicros), reference })];
}

export function evolveBudget(budget: BudgetRecord, event: BudgetEvent): BudgetRecord {
  const next = { ...budget, deleted: false, version: budget.version + 1 };
  switch (event.$typeName) {
    case "ameide.events.v1.BudgetLimitSet": {
      const { exhaustionPolicy, limit, limitMicros } = event;
      const softLimitPercent = event.softLimitPercent || DEFAULT_SOFT_LIMIT_PERCENT;
      return { ...next, limit: Number(limit || limitMicros), exhaustionPolicy, softLimitPercent };
    }
    case "ameide.events.v1.BudgetDeleted":
      return { ...newBudget(budget), version: next.version };
    case "ameide.events.v1.BudgetRaised": {
      const { exhaustionPolicy, softLimitPercent, expireTime } = event;
      const raiseExpireTime = expireTime && timestampDate(expireTime);
      const limited = { limit: Number(event.limit), exhaustionPolicy, softLimitPercent };
      return { ...next, ...limited, raise: Number(event.amount), raiseExpireTime };
    }
    case "ameide.events.v1.CreditsToppedUp":
      // Who runs out of money that was paid before can go on after paying more.
      return {
        ...next,
        limit: budget.limit + Number(event.amountMicros),
        exhaustionPolicy: ExhaustionPolicy.PARK,
      };
  }
}

function budgetNotFound({ scope, scopeId, window, unit }: BudgetKey): AppError {
  const whose = scope === BudgetScope.TENANT ? "the tenant" : `${nameOfScope(scope)} ${scopeId}`;
  const what = `${nameOfUnit(unit)} and window ${nameOfWindow(window)}`;
  return new AppError("BUDGET_NOT_FOUND", `${whose} has no budget for ${what}; set one first`, {
    metadata: { scope: nameOfScope(scope), scope_id: scopeId },
  });
}

import { BudgetUnit, type BudgetSchema } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { etagOf } from "../platform/command/etag.ts";
import { resetOf, startOf } from "./budget-window.ts";
import { remainingOf, type BudgetStatus } from "./store.ts";

export function budgetMessage(status: BudgetStatus, currency: string): MessageInitShape<typeof BudgetSchema> {
  const { scope, scopeId, window, unit, period, customized, exhaustionPolicy, softLimitPercent } = status;
  const figures = {
    limit: BigInt(status.limit),
    used: BigInt(status.used),
    reserved: BigInt(status.reserved),
    remaining: BigInt(remainingOf(status)),
  };
  return {
    scope,
    scopeId,
    window,
    unit,
    ...figures,
    ...(unit === BudgetUnit.MICROS && moneyOf(figures)),
    customized,
    exhaustionPolicy,
    softLimitPercent,
    currency,
    raise: BigInt(status.raise),
    etag: etagOf(status.version),
    ...timesOf({
      startTime: startOf(window, period),
      resetTime: resetOf(window, period),
      raiseExpireTime: status.raiseExpireTime,
      softLimitReachedTime: status.softLimitReachedTime,
    }),
  };
}

const moneyOf = ({ limit, used, reserved, remaining }: Record<Figure, bigint>) => ({
  limitMicros: limit,
  usedMicros: used,
  reservedMicros: reserved,
  remainingMicros: remaining,
});

type Figure = "limit" | "used" | "reserved" | "remaining";
type Time = "startTime" | "resetTime" | "raiseExpireTime" | "softLimitReachedTime";

function timesOf(times: Record<Time, Date | undefined>) {
  const known = Object.entries(times).flatMap(([name, time]) =>
    time === undefined ? [] : [[name, timestampFromDate(time)] as const],
  );
  return Object.fromEntries(known);
}

import type { BudgetSchema } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { etagOf } from "../platform/command/etag.ts";
import { resetOf, startOf } from "./budget-window.ts";
import { remainingOf, type BudgetStatus } from "./store.ts";

export function budgetMessage(status: BudgetStatus, currency: string): MessageInitShape<typeof BudgetSchema> {
  const { window, periods, customized, exhaustionPolicy, version } = status;
  return {
    window,
    customized,
    exhaustionPolicy,
    currency,
    limitMicros: BigInt(status.limitMicros),
    usedMicros: BigInt(status.usedMicros),
    reservedMicros: BigInt(status.reservedMicros),
    remainingMicros: BigInt(remainingOf(status)),
    startTime: timestampFromDate(startOf(window, periods)),
    resetTime: timestampFromDate(resetOf(window, periods)),
    etag: etagOf(version),
  };
}

import type { CreditsSchema } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { BudgetStatus } from "./store.ts";

/** Of the tenant's total budget in money; undefined before the first top-up. */
export function creditsMessage(
  status: BudgetStatus | undefined,
  currency: string,
): MessageInitShape<typeof CreditsSchema> {
  if (!status) return { enabled: false, currency };
  const { limit, used, reserved } = status;
  return {
    enabled: true,
    balanceMicros: BigInt(Math.max(0, limit - used)),
    reservedMicros: BigInt(reserved),
    toppedUpMicros: BigInt(limit),
    debitedMicros: BigInt(used),
    currency,
  };
}

import type { Budget } from "@ameide/proto/ameide/budget/v1/budget_pb.js";

type Figures = Pick<Budget, "limitMicros" | "remainingMicros">;

/** How much of the limit is used or held, 0 to 1; a limit of nothing is spent. */
export function spentRatio({ limitMicros, remainingMicros }: Figures): number {
  if (limitMicros <= 0n) return 1;
  return 1 - Number(remainingMicros) / Number(limitMicros);
}

/** The budget that will be met first. */
export function tightest<B extends Figures>(budgets: readonly B[]): B | undefined {
  return budgets.reduce<B | undefined>(
    (least, each) => (least === undefined || each.remainingMicros < least.remainingMicros ? each : least),
    undefined,
  );
}

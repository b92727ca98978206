import { BudgetWindow } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { AppError } from "../platform/errors/app-error.ts";
import { resetOf } from "./budget-window.ts";
import { remainingOf, type BudgetStatus } from "./store.ts";

/** Explains a refusal by the window that has least left. */
export function budgetExceeded(statuses: readonly BudgetStatus[], wantedMicros: number): AppError {
  const [tightest] = statuses.toSorted((a, b) => remainingOf(a) - remainingOf(b));
  if (!tightest) throw new TypeError("there is a budget for every window");
  const window = tightest.window === BudgetWindow.DAY ? "day" : "month";
  const reset = resetOf(tightest.window, tightest.periods).toISOString();
  return new AppError(
    "BUDGET_EXCEEDED",
    `the tenant's budget for this ${window} has no room for this run; wait until ${reset} or ask an admin to raise it`,
    {
      metadata: {
        scope: "tenant",
        window,
        limit_micros: String(tightest.limitMicros),
        used_micros: String(tightest.usedMicros),
        reserved_micros: String(tightest.reservedMicros),
        wanted_micros: String(wantedMicros),
        reset_time: reset,
        raise_by: "admin",
      },
    },
  );
}

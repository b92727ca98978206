import { AppError } from "../platform/errors/app-error.ts";
import { nameOfWindow, resetOf } from "./budget-window.ts";
import { remainingOf, type BudgetStatus } from "./store.ts";

/** Explains a refusal by that one of the refusing windows that has least left. */
export function budgetExceeded(
  refusing: readonly BudgetStatus[],
  wantedMicros: number,
  currency: string,
): AppError {
  const [tightest] = refusing.toSorted((a, b) => remainingOf(a) - remainingOf(b));
  if (!tightest) throw new TypeError("no window refused");
  const window = nameOfWindow(tightest.window);
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
        currency,
        reset_time: reset,
        raise_by: "admin",
      },
    },
  );
}

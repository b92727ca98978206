import { BudgetScope, BudgetUnit, ExhaustionPolicy } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { AppError } from "../platform/errors/app-error.ts";
import { nameOfScope, nameOfUnit, nameOfWindow } from "./budget-key.ts";
import { resetOf } from "./budget-window.ts";
import type { Draw } from "./hold-store.ts";
import { remainingOf } from "./store.ts";

export type Refusing = Omit<Draw, "fits">;

const share = (draw: Refusing) => remainingOf(draw) / draw.wanted;

/** Explains a refusal by that one of the refusing budgets that has least left of what was wanted. */
export function budgetExceeded(refusing: readonly Refusing[], currency: string, asOf: Date): AppError {
  const [tightest] = refusing.toSorted((a, b) => share(a) - share(b));
  if (!tightest) throw new TypeError("no budget refused");
  const { scope, scopeId, window, unit } = tightest;
  const reset = resetOf(window, tightest.period)?.toISOString();
  const metadata = {
    scope: nameOfScope(scope),
    scope_id: scopeId,
    window: nameOfWindow(window),
    unit: nameOfUnit(unit),
    ...figuresOf(tightest, ""),
    ...(unit === BudgetUnit.MICROS && { ...figuresOf(tightest, "_micros"), currency }),
    as_of: asOf.toISOString(),
    ...(reset !== undefined && { reset_time: reset }),
    exhaustion_policy: ExhaustionPolicy[tightest.exhaustionPolicy]?.toLowerCase() ?? "stop",
    raise_by: "admin",
  };
  return new AppError("BUDGET_EXCEEDED", messageOf(tightest, reset), { metadata });
}

function figuresOf({ limit, used, reserved, wanted }: Refusing, suffix: string): Record<string, string> {
  const figures = Object.entries({ limit, used, reserved, wanted });
  return Object.fromEntries(figures.map(([name, figure]) => [`${name}${suffix}`, String(figure)]));
}

const UNITS = {
  [BudgetUnit.UNSPECIFIED]: "budget",
  [BudgetUnit.MICROS]: "budget",
  [BudgetUnit.TOKENS]: "budget of tokens",
  [BudgetUnit.RUNS]: "number of runs",
  [BudgetUnit.STREAMS]: "number of runs at the same time",
};

function messageOf({ scope, scopeId, window, unit }: Refusing, reset: string | undefined): string {
  const whose = scope === BudgetScope.TENANT ? "the tenant's" : `the ${nameOfScope(scope)}'s`;
  const id = scope === BudgetScope.TENANT || scopeId === "" ? "" : ` (${scopeId})`;
  const period = reset === undefined ? "" : ` for this ${nameOfWindow(window)}`;
  const wait = unit === BudgetUnit.STREAMS ? "another has ended" : reset;
  const until = wait === undefined ? "" : `wait until ${wait} or `;
  return `${whose} ${UNITS[unit]}${period}${id} has no room for this run; ${until}ask an admin to raise it`;
}

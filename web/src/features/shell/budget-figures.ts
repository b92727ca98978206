import {
  BudgetScope,
  BudgetUnit,
  BudgetWindow,
  type Budget,
} from "@ameide/proto/ameide/budget/v1/budget_pb.js";

type Figures = Pick<Budget, "limitMicros" | "remainingMicros">;

/** Those that are counted in money. */
export const inMoney = (budgets: readonly Budget[]): Budget[] =>
  budgets.filter(({ unit }) => unit === BudgetUnit.MICROS);

const WINDOWS = {
  [BudgetWindow.DAY]: "today",
  [BudgetWindow.MONTH]: "this month",
  [BudgetWindow.TOTAL]: "in all",
  [BudgetWindow.UNSPECIFIED]: "",
};

const OWNERS: Partial<Record<BudgetScope, string>> = {
  [BudgetScope.USER]: "You",
  [BudgetScope.TEAM]: "Your team",
};

/** What a person calls it, such as "Today" or "You, this month". */
export function titleOf({ scope, window }: Pick<Budget, "scope" | "window">): string {
  const owner = OWNERS[scope];
  if (owner !== undefined) return `${owner}, ${WINDOWS[window]}`;
  if (window === BudgetWindow.TOTAL) return "Prepaid";
  const name = WINDOWS[window] || "budget";
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** One per budget. */
export const keyOf = ({ scope, scopeId, window, unit }: Budget): string =>
  [scope, scopeId, window, unit].join(" ");

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

import { BudgetScope, BudgetUnit, BudgetWindow } from "@ameide/proto/ameide/budget/v1/budget_pb.js";

export type Window = Exclude<BudgetWindow, BudgetWindow.UNSPECIFIED>;

/** What makes a budget one: whose it is, for which period, and what it counts. */
export interface BudgetKey {
  scope: BudgetScope;
  /** Empty for the tenant. */
  scopeId: string;
  window: Window;
  unit: BudgetUnit;
}

/** Someone's budgets of all windows and units. */
export type ScopeKey = Pick<BudgetKey, "scope" | "scopeId">;

export const TENANT: ScopeKey = { scope: BudgetScope.TENANT, scopeId: "" };

/** The tenant's prepaid balance: only top-ups raise it, and it cannot be overdrawn. */
export const CREDITS: BudgetKey = { ...TENANT, window: BudgetWindow.TOTAL, unit: BudgetUnit.MICROS };

/** The budget that a request names; what it leaves out means the tenant's money. */
export function keyOf(request: {
  scope: BudgetScope;
  scopeId: string;
  window: BudgetWindow;
  unit: BudgetUnit;
}): BudgetKey {
  const { window } = request;
  return {
    ...scopeOf(request),
    window: window as Window,
    unit: request.unit || BudgetUnit.MICROS,
  };
}

/** Whose it is. Runs look their budgets up by the id as the database writes it. */
export function scopeOf({ scope, scopeId }: ScopeKey): ScopeKey {
  const isUuid = scope === BudgetScope.CHAT || scope === BudgetScope.RUN;
  return { scope: scope || BudgetScope.TENANT, scopeId: isUuid ? scopeId.toLowerCase() : scopeId };
}

export const nameOfScope = (scope: BudgetScope): string => BudgetScope[scope].toLowerCase();
export const nameOfWindow = (window: BudgetWindow): string => BudgetWindow[window].toLowerCase();
export const nameOfUnit = (unit: BudgetUnit): string => BudgetUnit[unit].toLowerCase();

/** The event stream of a budget. The tenant's money has the name it had before there were other budgets. */
export function budgetStream({ scope, scopeId, window, unit }: BudgetKey): string {
  const isTenantMoney = scope === BudgetScope.TENANT && unit === BudgetUnit.MICROS;
  if (isTenantMoney) return `budget-${nameOfWindow(window)}`;
  return `budget-${nameOfScope(scope)}-${scopeId}-${nameOfWindow(window)}-${nameOfUnit(unit)}`;
}

/** What other slices may use of budgets. */
export type { Booking, CallToBook } from "./book-call.ts";
export type { BudgetCommandDeps } from "./change-budget.ts";
export { createBudgetHandlers } from "./handlers.ts";
export { sumLedgerRows as usageOf, type UsageTotals } from "./ledger-store.ts";
export { createPriceTable, type Price } from "./price-table.ts";
export { createRunBudget, type BudgetDeps, type RunBudget, type RunToBudget } from "./run-budget.ts";
export type { Slice } from "./slice.ts";

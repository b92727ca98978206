/** What other slices may use of budgets. */
export { createBudgetHandlers } from "./handlers.ts";
export { sumLedgerRows as usageOf, type UsageTotals } from "./ledger-store.ts";
export { createPriceTable, type Price } from "./price-table.ts";
export { createRunBudget, type BudgetDeps, type CallToBook, type RunBudget } from "./run-budget.ts";

import { describe, expect, it } from "vitest";
import { BudgetScope, BudgetWindow } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { spentRatio, tightest, titleOf } from "./budget-figures.ts";

const budget = (limitMicros: bigint, remainingMicros: bigint) => ({ limitMicros, remainingMicros });

describe("budget figures", () => {
  it("counts what is held as spent", () => {
    expect(spentRatio(budget(1_000_000n, 250_000n))).toBe(0.75);
  });

  it("takes a limit of nothing as spent", () => {
    expect(spentRatio(budget(0n, 0n))).toBe(1);
  });

  it("picks the window that is met first", () => {
    const [day, month] = [budget(10n, 9n), budget(100n, 3n)];
    expect(tightest([day, month])).toBe(month);
    expect(tightest([])).toBeUndefined();
  });

  it("names a budget by whose it is and when", () => {
    const { TENANT, USER, TEAM } = BudgetScope;
    const { DAY, MONTH, TOTAL } = BudgetWindow;
    expect(titleOf({ scope: TENANT, window: DAY })).toBe("Today");
    expect(titleOf({ scope: TENANT, window: MONTH })).toBe("This month");
    expect(titleOf({ scope: TENANT, window: TOTAL })).toBe("Prepaid");
    expect(titleOf({ scope: USER, window: MONTH })).toBe("You, this month");
    expect(titleOf({ scope: TEAM, window: TOTAL })).toBe("Your team, in all");
  });
});

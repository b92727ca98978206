import { describe, expect, it } from "vitest";
import { spentRatio, tightest } from "./budget-figures.ts";

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
});

import { describe, expect, it } from "vitest";
import { formatAgo, formatCount, formatMicros } from "./format.ts";

describe("money", () => {
  it.each([
    [1200n, "$0.0012"],
    [992n, "$0.000992"],
    [1n, "$0.000001"],
    [0n, "$0.00"],
    [34_200n, "$0.0342"],
    [607_800n, "$0.61"],
    [12_345_678n, "$12.35"],
    [1_500_000_000n, "$1,500.00"],
  ])("%s micro-units are %s", (micros, shown) => {
    expect(formatMicros(micros, "USD")).toBe(shown);
  });

  it("names another currency", () => {
    expect(formatMicros(2_500_000n, "EUR")).toBe("€2.50");
  });
});

describe("counts", () => {
  it.each([
    [0n, "0"],
    [950n, "950"],
    [1234n, "1.2K"],
  ])("%s is %s", (tokens, shown) => {
    expect(formatCount(tokens)).toBe(shown);
  });
});

describe("times in a list", () => {
  const now = new Date(2026, 10, 20, 9, 30);

  it("has a clock time for today", () => {
    expect(formatAgo(new Date(2026, 10, 20, 0, 5), now)).toMatch(/05/);
  });

  it("has a weekday for this week and a date before", () => {
    expect(formatAgo(new Date(2026, 10, 19, 23, 59), now)).toBe("Thu");
    expect(formatAgo(new Date(2026, 10, 13, 23, 59), now)).toBe("Nov 13");
  });
});

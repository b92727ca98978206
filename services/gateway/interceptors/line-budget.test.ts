import { expect, it } from "vitest";
import { createLineBudget } from "./line-budget.ts";

it("a second has so many lines; the next one tells how many were left out", () => {
  const clock = { now: 0 };
  const told: number[] = [];
  const budget = createLineBudget(
    3,
    (count) => void told.push(count),
    () => clock.now,
  );
  const takeMany = (count: number) =>
    Array.from({ length: count }, () => budget.take()).filter(Boolean).length;
  expect(takeMany(2)).toBe(2);
  clock.now = 999;
  expect(takeMany(100)).toBe(1);
  expect(told).toEqual([]);
  clock.now = 1000;
  expect(takeMany(1)).toBe(1);
  expect(told).toEqual([99]);
  clock.now = 60_000;
  expect(takeMany(3)).toBe(3);
  expect(told).toEqual([99]);
});

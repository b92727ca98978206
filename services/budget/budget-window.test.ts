import { BudgetWindow, ExhaustionPolicy } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { budgetExceeded } from "./budget-exceeded.ts";
import { periodsAt, resetOf, startOf } from "./budget-window.ts";
import { createPriceTable } from "./price-table.ts";
import { readStatus } from "./store.ts";

const { DAY, MONTH } = BudgetWindow;
const HOUR = 3_600_000;

describe("the windows of a budget", () => {
  it.each([
    ["2024-02-28T23:59:59.999Z", "2024-02-29", "2024-03-01"],
    ["2024-02-29T12:00:00Z", "2024-03-01", "2024-03-01"],
    ["2023-02-28T00:00:00Z", "2023-03-01", "2023-03-01"],
    ["2025-01-31T23:30:00+02:00", "2025-02-01", "2025-02-01"],
    ["2025-12-31T23:59:59Z", "2026-01-01", "2026-01-01"],
    ["2025-04-30T00:00:00Z", "2025-05-01", "2025-05-01"],
  ])("at %s begin again on %s and %s", (time, day, month) => {
    const periods = periodsAt(new Date(time));
    expect(resetOf(DAY, periods).toISOString()).toBe(`${day}T00:00:00.000Z`);
    expect(resetOf(MONTH, periods).toISOString()).toBe(`${month}T00:00:00.000Z`);
  });

  it("hold every moment from their start until their reset", () => {
    const anyTime = fc.date({
      min: new Date("2000-01-01"),
      max: new Date("2100-01-01"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(anyTime, fc.constantFrom(DAY, MONTH), (time, window) => {
        const periods = periodsAt(time);
        expect(startOf(window, periods).getTime()).toBeLessThanOrEqual(time.getTime());
        expect(resetOf(window, periods).getTime()).toBeGreaterThan(time.getTime());
        expect(periodsAt(resetOf(window, periods))).not.toEqual(periods);
      }),
    );
  });
});

describe("prices", () => {
  const prices = createPriceTable([{ model: "a/b", input: 3, output: 7_000_000 }]);

  it("are rounded up, once", () => {
    expect(prices.costOf("a/b", { inputTokens: 0, outputTokens: 0 })).toBe(0);
    expect(prices.costOf("a/b", { inputTokens: 1, outputTokens: 0 })).toBe(1);
    expect(prices.costOf("a/b", { inputTokens: 333_333, outputTokens: 0 })).toBe(1);
    expect(prices.costOf("a/b", { inputTokens: 333_334, outputTokens: 2 })).toBe(16);
  });

  it("that are unknown are refused", () => {
    expect(() => prices.costOf("a/c", { inputTokens: 0, outputTokens: 0 })).toThrowError(
      expect.objectContaining({ reason: "PRICE_UNKNOWN", metadata: { model: "a/c" } }) as Error,
    );
  });

  it("of two calls are never less than that of both at once", () => {
    const tokens = fc.record({ inputTokens: fc.nat(1e6), outputTokens: fc.nat(1e6) });
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        const both = {
          inputTokens: a.inputTokens + b.inputTokens,
          outputTokens: a.outputTokens + b.outputTokens,
        };
        expect(prices.costOf("a/b", a) + prices.costOf("a/b", b)).toBeGreaterThanOrEqual(
          prices.costOf("a/b", both),
        );
      }),
    );
  });
});

describe("a refusal", () => {
  it("names the tightest of the windows that refused", () => {
    const status = {
      periods: periodsAt(new Date()),
      customized: true,
      version: 1,
      exhaustionPolicy: ExhaustionPolicy.STOP,
    };
    const day = { ...status, window: DAY, limitMicros: 100, usedMicros: 90, reservedMicros: 5 } as const;
    const month = {
      ...status,
      window: MONTH,
      limitMicros: 1000,
      usedMicros: 999,
      reservedMicros: 0,
    } as const;
    expect(budgetExceeded([day, month], 9, "EUR").metadata).toMatchObject({
      window: "month",
      limit_micros: "1000",
    });
    expect(budgetExceeded([day], 9, "EUR").metadata).toMatchObject({
      window: "day",
      used_micros: "90",
      reserved_micros: "5",
    });
  });
});

describe("a run over midnight", () => {
  let slices: TestSlices;
  beforeAll(async () => {
    slices = await openTestSlices();
  });
  afterAll(() => slices.close());

  it("is booked in the day that it was admitted in, and leaves nothing held in either", async () => {
    const alice = actorOf();
    const statusAt = (time: Date) =>
      readStatus(slices.database.reader(alice.tenantId), { day: 1e6, month: 1e6 }, periodsAt(time));
    const today = slices.now();
    const runId = await slices.start(alice, "echo over midnight");
    expect((await statusAt(today))[0]?.reservedMicros).toBeGreaterThan(0);
    slices.clock.ahead = 24 * HOUR;
    const tomorrow = slices.now();
    slices.startLoop();
    await readInto(createRunLine(), slices.watch(alice, runId));
    const [first] = await statusAt(today);
    expect(first?.usedMicros).toBeGreaterThan(0);
    expect(first?.reservedMicros).toBe(0);
    expect((await statusAt(tomorrow))[0]).toMatchObject({ usedMicros: 0, reservedMicros: 0 });
  });
});

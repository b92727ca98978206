import { BudgetUnit, BudgetWindow, ExhaustionPolicy } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { budgetExceeded } from "./budget-exceeded.ts";
import { TENANT } from "./budget-key.ts";
import { periodAt, resetOf, startOf } from "./budget-window.ts";
import { createPriceTable } from "./price-table.ts";
import { readStatuses } from "./store.ts";

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
    const resetAt = (window: typeof DAY | typeof MONTH) =>
      resetOf(window, periodAt(window, new Date(time)))?.toISOString();
    expect(resetAt(DAY)).toBe(`${day}T00:00:00.000Z`);
    expect(resetAt(MONTH)).toBe(`${month}T00:00:00.000Z`);
  });

  it("hold every moment from their start until their reset", () => {
    const anyTime = fc.date({
      min: new Date("2000-01-01"),
      max: new Date("2100-01-01"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(anyTime, fc.constantFrom(DAY, MONTH), (time, window) => {
        const period = periodAt(window, time);
        const reset = resetOf(window, period) ?? time;
        expect(startOf(window, period)?.getTime()).toBeLessThanOrEqual(time.getTime());
        expect(reset.getTime()).toBeGreaterThan(time.getTime());
        expect(periodAt(window, reset)).not.toEqual(period);
      }),
    );
  });

  it("that are all time never begin again", () => {
    const period = periodAt(BudgetWindow.TOTAL, new Date());
    expect(periodAt(BudgetWindow.TOTAL, new Date(0))).toBe(period);
    expect(resetOf(BudgetWindow.TOTAL, period)).toBeUndefined();
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

  it("of input that the provider had in its cache are its own, if it has one", () => {
    const cheaper = createPriceTable([
      { model: "a/b", input: 4_000_000, cached_input: 1_000_000, output: 0 },
      { model: "a/c", input: 4_000_000, output: 0 },
    ]);
    const tokens = { inputTokens: 10, cachedInputTokens: 4, outputTokens: 0 };
    expect(cheaper.costOf("a/b", tokens)).toBe(28);
    expect(cheaper.costOf("a/c", tokens)).toBe(40);
    expect(cheaper.costOf("a/b", { ...tokens, cachedInputTokens: 99 })).toBe(10);
    expect(cheaper.version).not.toBe(prices.version);
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
  const asOf = new Date("2025-03-04T05:06:07Z");
  const draw = { ...TENANT, unit: BudgetUnit.MICROS, exhaustionPolicy: ExhaustionPolicy.STOP, wanted: 9 };
  const on = (window: typeof DAY | typeof MONTH) => ({ ...draw, window, period: periodAt(window, asOf) });
  const day = { ...on(DAY), limit: 100, used: 90, reserved: 5 };
  const month = { ...on(MONTH), limit: 1000, used: 999, reserved: 0 };

  it("names the tightest of the budgets that refused", () => {
    expect(budgetExceeded([day, month], "EUR", asOf).metadata).toMatchObject({
      window: "month",
      limit_micros: "1000",
    });
    expect(budgetExceeded([day], "EUR", asOf).metadata).toEqual({
      scope: "tenant",
      scope_id: "",
      window: "day",
      unit: "micros",
      limit: "100",
      used: "90",
      reserved: "5",
      wanted: "9",
      limit_micros: "100",
      used_micros: "90",
      reserved_micros: "5",
      wanted_micros: "9",
      currency: "EUR",
      as_of: "2025-03-04T05:06:07.000Z",
      reset_time: "2025-03-05T00:00:00.000Z",
      exhaustion_policy: "stop",
      raise_by: "admin",
    });
  });

  it("measures budgets of different units by what was wanted of each", () => {
    const tokens = { ...day, unit: BudgetUnit.TOKENS, limit: 1000, used: 0, reserved: 0, wanted: 1001 };
    expect(budgetExceeded([day, tokens], "EUR", asOf).metadata).toMatchObject({ unit: "micros" });
    const spent = { ...tokens, used: 1000 };
    const { metadata } = budgetExceeded([day, spent], "EUR", asOf);
    expect(metadata).toMatchObject({ unit: "tokens", used: "1000" });
    expect(metadata).not.toHaveProperty("currency");
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
      readStatuses(
        slices.database.reader(alice.tenantId),
        { defaults: { day: 1e6, month: 1e6 }, time },
        { scopes: [TENANT] },
      );
    const today = slices.now();
    const runId = await slices.start(alice, "echo over midnight");
    expect((await statusAt(today))[0]?.reserved).toBeGreaterThan(0);
    slices.clock.ahead = 24 * HOUR;
    const tomorrow = slices.now();
    slices.startLoop();
    await readInto(createRunLine(), slices.watch(alice, runId));
    const [first] = await statusAt(today);
    expect(first?.used).toBeGreaterThan(0);
    expect(first?.reserved).toBe(0);
    expect((await statusAt(tomorrow))[0]).toMatchObject({ used: 0, reserved: 0 });
  });
});

import { BudgetUnit, BudgetWindow, ExhaustionPolicy } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { BudgetLimitSetSchema } from "@ameide/proto-private/ameide/events/v1/budget_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  decideDelete,
  decideRaise,
  decideSet,
  decideTopUp,
  evolveBudget,
  newBudget,
  type BudgetEvent,
  type BudgetRecord,
} from "./budget.ts";
import { budgetStream, CREDITS, TENANT } from "./budget-key.ts";

const TOKENS = { scope: 3, scopeId: "ada", window: BudgetWindow.DAY as const, unit: BudgetUnit.TOKENS };
const MONEY = { ...TENANT, window: BudgetWindow.DAY as const, unit: BudgetUnit.MICROS };
const { STOP, PARK } = ExhaustionPolicy;

const given = (budget: BudgetRecord, ...events: readonly BudgetEvent[]) =>
  events.reduce(evolveBudget, budget);
const set = (budget: BudgetRecord, limit: number, exhaustionPolicy = STOP) =>
  decideSet(budget, { limit, exhaustionPolicy, softLimitPercent: 0 });
const tomorrow = new Date("2026-01-02T00:00:00Z");
const raise = (budget: BudgetRecord, amount: number, isDefault = false) =>
  decideRaise(budget, { amount, expireTime: tomorrow, isDefault });

describe("a budget", () => {
  it("that is set has its limit, and warns at 80 percent unless told otherwise", () => {
    const budget = newBudget(TOKENS);
    expect(given(budget, ...set(budget, 500, PARK))).toMatchObject({
      limit: 500,
      softLimitPercent: 80,
      exhaustionPolicy: PARK,
      deleted: false,
      version: 1,
    });
    const told = decideSet(budget, { limit: 1, exhaustionPolicy: STOP, softLimitPercent: 50 });
    expect(given(budget, ...told).softLimitPercent).toBe(50);
  });

  it("keeps its raise when it is set anew, and loses it when it is taken away", () => {
    const raised = given(newBudget(TOKENS), ...set(newBudget(TOKENS), 500));
    const higher = given(raised, ...raise(raised, 70));
    expect(higher).toMatchObject({ limit: 500, raise: 70, raiseExpireTime: tomorrow, version: 2 });
    expect(given(higher, ...set(higher, 600))).toMatchObject({ limit: 600, raise: 70, version: 3 });
    expect(given(higher, ...decideDelete(higher))).toMatchObject({
      limit: 0,
      raise: 0,
      deleted: true,
      version: 3,
    });
  });

  it("that nobody has set cannot be raised or taken away", () => {
    const refused = expect.objectContaining({
      reason: "BUDGET_NOT_FOUND",
      metadata: { scope: "user", scope_id: "ada" },
    }) as Error;
    expect(() => raise(newBudget(TOKENS), 1)).toThrowError(refused);
    expect(() => decideDelete(newBudget(TOKENS))).toThrowError(refused);
  });

  it("that nobody has set is raised above the server's default, if there is one", () => {
    const budget = newBudget(MONEY, 1000);
    expect(given(budget, ...raise(budget, 5, true))).toMatchObject({ limit: 1000, raise: 5, deleted: false });
  });

  it("of before there were scopes and units is the tenant's money", () => {
    const old = create(BudgetLimitSetSchema, { window: 1, limitMicros: 7n, exhaustionPolicy: STOP });
    expect(given(newBudget(MONEY), old)).toMatchObject({ limit: 7, softLimitPercent: 80 });
    expect(budgetStream(MONEY)).toBe("budget-day");
    expect(budgetStream(TOKENS)).toBe("budget-user-ada-day-tokens");
  });

  it("of credits rises with every top-up, and parks who meets it", () => {
    const budget = newBudget(CREDITS);
    const topped = given(budget, ...decideTopUp(100, "invoice 1"), ...decideTopUp(50, "invoice 2"));
    expect(topped).toMatchObject({ limit: 150, exhaustionPolicy: PARK, version: 2 });
  });
});

import {
  BudgetScope,
  BudgetUnit,
  BudgetWindow,
  ExhaustionPolicy,
} from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import {
  DeleteBudgetRequestSchema,
  RaiseBudgetRequestSchema,
} from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { AppError } from "../platform/errors/app-error.ts";
import { openBudgetStore } from "../testing/budget-store-world.ts";
import { forEachDatabase } from "../testing/databases.ts";
import { seeded } from "../testing/seeded.ts";
import { evolveBudget, newBudget, type BudgetEvent } from "./budget.ts";
import { budgetStream, CREDITS, TENANT, type BudgetKey } from "./budget-key.ts";
import { deleteBudget } from "./delete-budget.ts";
import { raiseBudget } from "./raise-budget.ts";
import { defaultLimitOf, findBudget } from "./store.ts";

const { DAY, MONTH, TOTAL } = BudgetWindow;
const { MICROS, TOKENS } = BudgetUnit;
const KEYS: readonly BudgetKey[] = [
  { ...TENANT, window: DAY, unit: MICROS },
  { scope: BudgetScope.USER, scopeId: "ada", window: MONTH, unit: TOKENS },
  { scope: BudgetScope.TEAM, scopeId: "blue", window: TOTAL, unit: MICROS },
];

const unlessUnset = (error: unknown) => {
  if (!(error instanceof AppError && error.reason === "BUDGET_NOT_FOUND")) throw error;
};

forEachDatabase((given) => {
  it("a budget's row is the fold of its events, whatever was done to it, and by many at once", async () => {
    const { deps, tenant } = openBudgetStore(given().database);
    const { admin, set, topUp } = tenant();
    const random = seeded(7);
    const pick = (n: number) => Math.floor(random() * n);
    const commands = Array.from({ length: 60 }, () => {
      const key = KEYS[pick(KEYS.length)] ?? CREDITS;
      const limit = BigInt(pick(1000));
      const money = key.unit === MICROS;
      const expireTime = timestampFromDate(new Date(Date.now() + 60_000));
      return [
        () => set({ ...key, ...(money ? { limitMicros: limit } : { limit }), exhaustionPolicy: pick(3) }),
        () => deleteBudget(deps, admin, create(DeleteBudgetRequestSchema, key)),
        () =>
          raiseBudget(deps, admin, create(RaiseBudgetRequestSchema, { ...key, amount: limit, expireTime })),
        () => topUp(1 + pick(100)),
      ][pick(4)];
    });
    // A few at a time, so that some meet.
    for (let i = 0; i < commands.length; i += 4)
      await Promise.all(commands.slice(i, i + 4).map((command) => command?.().catch(unlessUnset)));
    const reader = deps.database.reader(admin.tenantId);
    for (const key of [...KEYS, CREDITS]) {
      const events = await deps.events.read(reader, budgetStream(key));
      expect(events.map(({ version }) => version)).toEqual(events.map((_, i) => i + 1));
      const unset = newBudget(key, defaultLimitOf(key, deps.defaultLimits));
      const folded = events.reduce((budget, { data }) => evolveBudget(budget, data as BudgetEvent), unset);
      const wanted = folded.deleted ? { ...unset, version: folded.version } : folded;
      expect(await findBudget(reader, key, deps.defaultLimits)).toEqual(wanted);
    }
    const credits = await findBudget(reader, CREDITS, deps.defaultLimits);
    expect(credits.exhaustionPolicy).toBe(ExhaustionPolicy.PARK);
  });
});

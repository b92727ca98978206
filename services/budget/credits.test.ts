import { BudgetScope, BudgetUnit, BudgetWindow } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { retryConflicts } from "../platform/command/retry-conflicts.ts";
import { AppError } from "../platform/errors/app-error.ts";
import {
  MODEL,
  openBudgetStore,
  type BudgetStoreTenant,
  type BudgetStoreWorld,
} from "../testing/budget-store-world.ts";
import { forEachDatabase } from "../testing/databases.ts";
import { getCredits } from "./get-credits.ts";

type Refusal = AppError["metadata"];

forEachDatabase((given) => {
  let world: BudgetStoreWorld;
  beforeAll(() => {
    world = openBudgetStore(given().database);
  });

  const accountOf = (fields: Partial<{ chatId: string }> = {}) => ({
    runId: uuidv7(),
    userId: "ada",
    teamId: "",
    agentId: "a",
    chatId: "",
    maxCostMicros: 0,
    ...fields,
  });
  const inTx = <T>(
    { admin }: BudgetStoreTenant,
    work: Parameters<typeof world.deps.database.transaction<T>>[1],
  ) => retryConflicts(() => world.deps.database.transaction(admin.tenantId, work));
  const call = { model: MODEL, inputTokens: 10, outputTokens: 0, maxOutputTokens: 45 };
  const COST = 100;

  const refused = (error: unknown) => {
    if (error instanceof AppError && error.reason === "BUDGET_EXCEEDED") return error.metadata;
    throw error;
  };

  /** A whole run with one call, which the provider bills for so many tokens of output; or why it was refused. */
  async function debit(tenant: BudgetStoreTenant, outputTokens: number): Promise<Refusal | undefined> {
    const run = accountOf();
    const booking = { ...call, runId: run.runId, callId: "1", usageEntryId: "", attempt: 1 };
    const usage = { cachedInputTokens: 0, reasoningTokens: 0, aborted: false, outputTokens };
    const admitted = inTx(tenant, (tx) => world.budget.admit(tx, run, world.budget.sliceOf(call)));
    const refusal = await admitted.then(() => undefined, refused);
    if (refusal) return refusal;
    await inTx(tenant, (tx) => world.budget.book(tx, { ...booking, ...usage }));
    await inTx(tenant, (tx) => world.budget.release(tx, run.runId, { goesOn: false }));
    return undefined;
  }

  const creditsOf = async ({ admin }: BudgetStoreTenant) => {
    const { credits } = await getCredits(world.deps, admin);
    return { balance: Number(credits?.balanceMicros), debited: Number(credits?.debitedMicros) };
  };

  describe("prepaid credits", () => {
    it("are no limit before the first top-up", async () => {
      const tenant = world.tenant();
      expect((await getCredits(world.deps, tenant.admin)).credits).toMatchObject({ enabled: false });
      expect(await debit(tenant, 45)).toBeUndefined();
      await tenant.topUp(COST);
      expect(await creditsOf(tenant)).toEqual({ balance: COST, debited: 0 });
    });

    // Seen to fail when a slice is taken although a budget does not fit (`v.all_fit` in hold-store.ts).
    it("of 10 calls are not overdrawn by 100 at once, and each debit is in the ledger", async () => {
      const tenant = world.tenant();
      await tenant.topUp(10 * COST + COST - 1);
      const done = await Promise.all(Array.from({ length: 100 }, () => debit(tenant, 45)));
      const paid = done.filter((refusal) => refusal === undefined).length;
      const onCredits = { scope: "tenant", window: "total", unit: "micros", exhaustion_policy: "park" };
      expect(done.find((refusal) => refusal !== undefined)).toMatchObject(onCredits);
      expect(paid).toBeGreaterThanOrEqual(10);
      const ledger = await tenant.ledger();
      expect(ledger).toEqual({ calls: paid, micros: paid * COST, tokens: paid * 55, uncovered: 0 });
      expect(await creditsOf(tenant)).toEqual({ balance: 11 * COST - 1 - paid * COST, debited: paid * COST });
      expect(await tenant.open()).toEqual({ holds: 0, runs: 0 });
    });

    it("pay what they can of a bill that is more than was held, and the ledger says what they could not", async () => {
      const tenant = world.tenant();
      await tenant.topUp(COST + 30);
      expect(await debit(tenant, 95)).toBeUndefined();
      expect(await tenant.ledger()).toMatchObject({ micros: 200, uncovered: 70 });
      expect(await creditsOf(tenant)).toEqual({ balance: 0, debited: COST + 30 });
    });

    it("are topped up once by a request that is repeated, and by every other", async () => {
      const tenant = world.tenant();
      const requestId = uuidv7();
      await Promise.all([
        ...Array.from({ length: 10 }, () => tenant.topUp(7, requestId)),
        ...Array.from({ length: 5 }, () => tenant.topUp(100)),
      ]);
      expect(await creditsOf(tenant)).toEqual({ balance: 507, debited: 0 });
    });
  });

  describe("what a run holds", () => {
    it("goes back where it was taken, when budgets come and go and midnight passes in between", async () => {
      const tenant = world.tenant();
      const key = { scope: BudgetScope.USER, scopeId: "ada", window: BudgetWindow.DAY as const };
      await tenant.set({ ...key, limitMicros: 10_000n });
      const long = { ...call, maxOutputTokens: 1000 };
      const run = accountOf();
      const at = (outputTokens: number) => world.budget.sliceOf({ ...long, outputTokens });
      await inTx(tenant, (tx) => world.budget.admit(tx, run, at(0)));
      world.clock.ahead = 24 * 3_600_000;
      await tenant.set({ ...key, unit: BudgetUnit.TOKENS, limit: 10_000n });
      const reader = world.deps.database.reader(tenant.admin.tenantId);
      await world.budget.holdUpTo(reader, run.runId, at(256));
      const days = async () =>
        (await tenant.periods()).filter(({ scope, window }) => scope === BudgetScope.USER && window === 1);
      expect((await days()).map(({ unit, used, reserved }) => [unit, used, reserved])).toEqual([
        [BudgetUnit.MICROS, 0, 10 + 2 * 256],
        [BudgetUnit.MICROS, 0, 2 * 256],
        [BudgetUnit.TOKENS, 0, 10 + 512],
      ]);
      const usage = { cachedInputTokens: 0, reasoningTokens: 0, aborted: false, outputTokens: 300 };
      await inTx(tenant, (tx) =>
        world.budget.book(tx, {
          ...call,
          ...usage,
          runId: run.runId,
          callId: "1",
          usageEntryId: "",
          attempt: 1,
        }),
      );
      await inTx(tenant, (tx) => world.budget.release(tx, run.runId, { goesOn: false }));
      world.clock.ahead = 0;
      // The old day first, as far as was held in it; the rest in the new one.
      expect((await days()).map(({ unit, used, reserved }) => [unit, used, reserved])).toEqual([
        [BudgetUnit.MICROS, 522, 0],
        [BudgetUnit.MICROS, 88, 0],
        [BudgetUnit.TOKENS, 310, 0],
      ]);
      expect(await tenant.open()).toEqual({ holds: 0, runs: 0 });
    });

    it("is the run's own where it has a limit of its own, which goes with it", async () => {
      const tenant = world.tenant();
      const run = { ...accountOf(), maxCostMicros: COST };
      await inTx(tenant, (tx) => world.budget.admit(tx, run, world.budget.sliceOf(call)));
      const reader = world.deps.database.reader(tenant.admin.tenantId);
      const more = world.budget.sliceOf({ ...call, outputTokens: 45 });
      await expect(world.budget.holdUpTo(reader, run.runId, more)).rejects.toMatchObject({
        metadata: { scope: "run", scope_id: run.runId, window: "total", limit: String(COST), used: "0" },
      });
      await inTx(tenant, (tx) => world.budget.release(tx, run.runId, { goesOn: true }));
      await inTx(tenant, (tx) => world.budget.readmit(tx, run.runId, world.budget.sliceOf(call)));
      await inTx(tenant, (tx) => world.budget.release(tx, run.runId, { goesOn: false }));
      expect((await tenant.periods()).filter(({ scope }) => scope === BudgetScope.RUN)).toEqual([]);
      await expect(inTx(tenant, (tx) => world.budget.readmit(tx, run.runId, more))).rejects.toMatchObject({
        reason: "RUN_NOT_FOUND",
      });
    });
  });
});

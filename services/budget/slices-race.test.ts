import { setTimeout as sleep } from "node:timers/promises";
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
import { seeded, seedsToTry } from "../testing/seeded.ts";
import type { RunToBudget } from "./run-budget.ts";

const RUNS = 200;
const SEEDS = seedsToTry(10, "BUDGET_RACE_SEEDS");
const INPUT = 40;
const MOST_OUTPUT = 700;
/** What one run holds at most: the input and 256 tokens beyond what it has said. */
const worstOf = (output: number) => INPUT + 2 * output;
/** Where 10 runs of any length fit, and an eleventh may. */
const LIMIT = 10 * worstOf(MOST_OUTPUT);

/** A connection tells the statistics what it saw at most once a second. */
const STATISTICS_MILLISECONDS = 1500;

class Crash extends Error {}

/** What a run did that nobody had paid for in advance. */
interface Outcome {
  admitted: boolean;
  beyondMicros: number;
}

forEachDatabase((given) => {
  let world: BudgetStoreWorld;
  beforeAll(() => {
    world = openBudgetStore(given().database);
  });

  const inTx = <T>(
    tenant: BudgetStoreTenant,
    work: Parameters<typeof world.deps.database.transaction<T>>[1],
  ) => retryConflicts(() => world.deps.database.transaction(tenant.admin.tenantId, work));

  /** A run as an executor goes about it, which may be stopped, cancelled, or die at any of its steps. */
  async function runOnce(
    tenant: BudgetStoreTenant,
    run: RunToBudget,
    random: () => number,
  ): Promise<Outcome> {
    const { budget, deps } = world;
    const { runId } = run;
    const reader = deps.database.reader(tenant.admin.tenantId);
    const call = { model: MODEL, inputTokens: INPUT, outputTokens: 0, maxOutputTokens: MOST_OUTPUT };
    const outcome: Outcome = { admitted: false, beyondMicros: 0 };
    const calls = 1 + Math.floor(random() * 2);
    const dies = () => {
      if (random() < 0.05) throw new Crash();
    };
    let open: typeof call & { callId: string } = { ...call, callId: "" };

    const book = (outputTokens: number, aborted: boolean) =>
      inTx(tenant, (tx) =>
        budget.book(tx, {
          ...open,
          runId,
          outputTokens,
          aborted,
          usageEntryId: uuidv7(),
          attempt: 1,
          cachedInputTokens: 0,
          reasoningTokens: 0,
        }),
      );
    try {
      await inTx(tenant, (tx) => budget.admit(tx, run, budget.sliceOf(call)));
      outcome.admitted = true;
      for (let n = 1; n <= calls; n++) {
        dies();
        open = { ...call, callId: String(n) };
        await inTx(tenant, (tx) => budget.holdUpTo(tx, runId, budget.sliceOf(open)));
        const length = Math.floor(random() * MOST_OUTPUT);
        while (open.outputTokens < length) {
          const held = budget.sliceOf(open);
          open.outputTokens = Math.min(length, open.outputTokens + 50);
          const isBeyond = budget.costOf(MODEL, open) > held.micros || random() < 0.3;
          if (isBeyond) await retryConflicts(() => budget.holdUpTo(reader, runId, budget.sliceOf(open)));
          dies();
        }
        await book(open.outputTokens, false);
        await book(open.outputTokens, false);
        open.callId = "";
      }
    } catch (error) {
      if (!(error instanceof Crash || (error instanceof AppError && error.reason === "BUDGET_EXCEEDED")))
        throw error;
      if (open.callId !== "") {
        // Stopped, or taken over: what was said so far is owed, and what the provider sent before it heard of it.
        const still = Math.floor(random() * 4);
        outcome.beyondMicros = 2 * (50 + still);
        await book(open.outputTokens + still, true);
      }
    }
    const release = () => inTx(tenant, (tx) => budget.release(tx, runId, { goesOn: false }));
    await Promise.all([release(), release()]);
    return outcome;
  }

  /** The most that was ever used and held of the user's money. */
  function watch(tenant: BudgetStoreTenant) {
    const over = new AbortController();
    let most = 0;
    const watching = (async () => {
      while (!over.signal.aborted) {
        for (const { scope, unit, used, reserved } of await tenant.periods())
          if (scope === BudgetScope.USER && unit === BudgetUnit.MICROS)
            most = Math.max(most, used + reserved);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    })();
    return async () => {
      over.abort();
      await watching;
      return most;
    };
  }

  async function race(seed: number): Promise<void> {
    const random = seeded(seed);
    const tenant = world.tenant();
    const { DAY, MONTH, TOTAL } = BudgetWindow;
    await tenant.set({ scope: BudgetScope.USER, scopeId: "ada", window: DAY, limitMicros: BigInt(LIMIT) });
    await tenant.set({
      scope: BudgetScope.TEAM,
      scopeId: "t",
      window: MONTH,
      unit: BudgetUnit.TOKENS,
      limit: BigInt(LIMIT),
    });
    await tenant.set({
      scope: BudgetScope.AGENT,
      scopeId: "a",
      window: TOTAL,
      unit: BudgetUnit.STREAMS,
      limit: 50n,
    });
    const most = watch(tenant);
    const outcomes = await Promise.all(
      Array.from({ length: RUNS }, () => {
        const run = {
          runId: uuidv7(),
          userId: "ada",
          teamId: "t",
          agentId: "a",
          chatId: "",
          maxCostMicros: 0,
        };
        return runOnce(tenant, run, seeded(Math.floor(random() * 2 ** 32)));
      }),
    );
    const beyond = outcomes.reduce((sum, { beyondMicros }) => sum + beyondMicros, 0);
    const ledger = await tenant.ledger();
    expect(await most()).toBeLessThanOrEqual(LIMIT + beyond);
    expect(ledger.micros).toBeLessThanOrEqual(LIMIT + beyond);
    expect(outcomes.filter(({ admitted }) => admitted).length).toBeGreaterThanOrEqual(10);
    expect(await tenant.open()).toEqual({ holds: 0, runs: 0 });
    for (const { scope, unit, used, reserved } of await tenant.periods()) {
      const spent =
        { [BudgetUnit.MICROS]: ledger.micros, [BudgetUnit.TOKENS]: ledger.tokens }[unit as 1 | 2] ?? 0;
      expect({ scope, unit, used, reserved }).toEqual({ scope, unit, used: spent, reserved: 0 });
    }
    const reached = ledger.micros * 100 >= LIMIT * 80;
    const told = (await tenant.softLimits())
      .entries()
      .filter(([stream]) => stream.startsWith("budget-user-ada-day"));
    expect([...told].map(([, times]) => times)).toEqual(reached ? [1] : []);
  }

  describe(`${RUNS} runs at once on a budget for 10`, () => {
    // Seen to fail when a slice is taken without `v.all_fit` in hold-store.ts: the limit is passed many times over;
    // and without FOR UPDATE there, on PostgreSQL.
    it(
      `never use and hold more than the limit and what was still said, over ${SEEDS} seeds, whoever dies where`,
      { timeout: 300_000 },
      async () => {
        for (let seed = 1; seed <= SEEDS; seed++) {
          try {
            expect(await race(seed)).toBeUndefined();
          } catch (error) {
            throw new Error(`seed ${seed}`, { cause: error });
          }
        }
      },
    );

    // Seen to fail without `turnOf` in hold-store.ts: PostgreSQL has to break a hundred circles in a race.
    it("never wait for each other in a circle", async () => {
      expect(await race(1)).toBeUndefined();
      await sleep(STATISTICS_MILLISECONDS);
      const deadlocks = await world.deps.database.systemTransaction((tx) =>
        tx.query("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()", []),
      );
      expect(deadlocks.flat().map(Number)).toEqual([0]);
    });
  });
});

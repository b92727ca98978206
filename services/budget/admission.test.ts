import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metadataOf, reasonOf } from "../../sdk/ts/src/index.ts";
import { raceOnBudget } from "../testing/budget-race.ts";
import { saying, startBudgetWorld, startOf, type BudgetWorld } from "../testing/budget-world.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { seeded } from "../testing/seeded.ts";
import type { Caller } from "../testing/test-server.ts";

let world: BudgetWorld;
beforeAll(async () => {
  world = await startBudgetWorld();
});
afterAll(() => world.close());

const ended = (caller: Caller, runId: string) =>
  readInto(createRunLine(), caller.inference.watchRun({ runId }));

describe("admission", () => {
  // Seen to fail when a slice is judged without what others hold (`p.reserved` in hold-store.ts): all are let in.
  it("lets 5 of 50 parallel runs through on a budget for 5, and tells the others why not", async () => {
    const t = await world.tenant();
    const { user } = t;
    const worst = await t.worstCaseOf(startOf("slow"));
    const limit = worst * 5 + worst - 1;
    await t.setDay(limit);
    const watching = new AbortController();
    const seen: number[] = [];
    const watcher = (async () => {
      while (!watching.signal.aborted) {
        const [day] = await t.status();
        seen.push((day?.used ?? 0) + (day?.reserved ?? 0));
      }
    })();
    const asked = await Promise.allSettled(
      Array.from({ length: 50 }, () => user.inference.startRun(startOf("slow"))),
    );
    const admitted = asked.flatMap((a) => (a.status === "fulfilled" ? [a.value.run?.runId ?? ""] : []));
    const refused = asked.flatMap((a) => (a.status === "rejected" ? [a.reason as unknown] : []));
    expect(admitted).toHaveLength(5);
    expect(new Set(refused.map(reasonOf))).toEqual(new Set(["BUDGET_EXCEEDED"]));
    expect(metadataOf(refused[0])).toMatchObject({
      scope: "tenant",
      window: "day",
      limit_micros: String(limit),
      used_micros: "0",
      reserved_micros: String(worst * 5),
      wanted_micros: String(worst),
      raise_by: "admin",
    });
    const reset = new Date(metadataOf(refused[0])?.["reset_time"] ?? "");
    expect(reset.getTime() - Date.now()).toBeGreaterThan(0);
    expect(reset.toISOString()).toMatch(/T00:00:00.000Z$/);
    expect(Number((await user.inference.getRun({ runId: admitted[0] ?? "" })).run?.reservedMicros)).toBe(
      worst,
    );

    await Promise.all(admitted.map((runId) => user.inference.cancelRun({ runId })));
    const lines = await Promise.all(admitted.map((runId) => ended(user, runId)));
    watching.abort();
    await watcher;
    expect(Math.max(...seen)).toBeLessThanOrEqual(limit);
    expect(lines.map((line) => line.state)).toEqual(admitted.map(() => RunState.CANCELLED));
    const { entries, totalCostMicros } = await user.budgets.listUsage({});
    expect(entries.every((entry) => entry.aborted && entry.costMicros > 0n)).toBe(true);
    expect(await t.status()).toMatchObject([
      { used: Number(totalCostMicros), reserved: 0 },
      { used: Number(totalCostMicros), reserved: 0 },
    ]);
    expect(Number(totalCostMicros)).toBeLessThan(worst * 5);
  });

  it("is refused by the window that has no room, and by its figures alone", async () => {
    const t = await world.tenant();
    const worst = await t.worstCaseOf(startOf("hello"));
    await t.setDay(worst + 3);
    await t.setMonth(worst - 1);
    const error: unknown = await t.user.inference.startRun(startOf("hello")).catch((e: unknown) => e);
    expect(metadataOf(error)).toMatchObject({
      window: "month",
      limit_micros: String(worst - 1),
      reserved_micros: "0",
    });
    await t.setMonth(worst * 100);
    const { run } = await t.user.inference.startRun(startOf("hello"));
    expect((await ended(t.user, run?.runId ?? "")).state).toBe(RunState.COMPLETED);
    const later: unknown = await t.user.inference.startRun(startOf("hello")).catch((e: unknown) => e);
    const [day] = await t.status();
    expect(metadataOf(later)).toMatchObject({
      window: "day",
      used_micros: String(day?.used),
      reserved_micros: "0",
    });
    expect(reasonOf(later)).toBe("BUDGET_EXCEEDED");
  });

  it("stores nothing of what it refuses", async () => {
    const t = await world.tenant();
    await t.setDay(1);
    const { chat } = await t.user.chatCommands.createChat({});
    const chatId = chat?.chatId ?? "";
    const send = () =>
      t.user.chatCommands.sendMessage({ chatId, message: saying("hello"), requestId: crypto.randomUUID() });
    expect(await send().catch(reasonOf)).toBe("BUDGET_EXCEEDED");
    expect((await t.user.chatQueries.getMessages({ chatId })).messages).toEqual([]);
    expect((await t.user.inference.listRuns({})).runs).toEqual([]);
    await t.setDay(1_000_000);
    await ended(t.user, (await send()).runId);
    expect((await t.user.chatQueries.getMessages({ chatId })).messages).toHaveLength(2);
  });
});

describe("200 runs at once on a budget for 10, over the real server", () => {
  it("spend no more than the limit and what was on its way, whoever is stopped or leaves", async () => {
    const t = await world.tenant();
    const estimate = await t.user.inference.estimateRun({
      messages: startOf("paced").messages,
      options: { maxOutputTokens: 900 },
    });
    const limitMicros = Number(estimate.callMaxMicros) * 10;
    const race = { clients: [t.user], admin: t.admin, runs: 200, limitMicros, random: seeded(1) };
    const { lines, refused, entries, ...result } = await raceOnBudget(race);
    expect(lines.flatMap(({ faults }) => faults)).toEqual([]);
    expect(lines.length).toBeGreaterThanOrEqual(10);
    expect(new Set(refused)).toEqual(new Set(["BUDGET_EXCEEDED"]));
    expect(result.usedMicros).toBeLessThanOrEqual(limitMicros + result.boundMicros);
    expect(result.usedMicros).toBe(entries.reduce((sum, { costMicros }) => sum + Number(costMicros), 0));
    expect(result.reservedMicros).toBe(0);
    expect(new Set(entries.map(({ runId, callId }) => `${runId} ${callId}`)).size).toBe(entries.length);
  });
});

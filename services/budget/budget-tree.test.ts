import {
  BudgetScope,
  BudgetUnit,
  BudgetWindow,
  ExhaustionPolicy,
} from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState, UsageStage } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metadataOf, reasonOf } from "../../sdk/ts/src/index.ts";
import { startBudgetWorld, startOf, type BudgetWorld } from "../testing/budget-world.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import type { Caller } from "../testing/test-server.ts";

let world: BudgetWorld;
beforeAll(async () => {
  world = await startBudgetWorld();
});
afterAll(() => world.close());

const { USER, TEAM, AGENT, CHAT, TENANT } = BudgetScope;
const { DAY, MONTH, TOTAL } = BudgetWindow;
const { TOKENS, RUNS, STREAMS } = BudgetUnit;

const ended = (caller: Caller, runId: string) =>
  readInto(createRunLine(), caller.inference.watchRun({ runId }));
const refusalOf = async (caller: Caller, run: ReturnType<typeof startOf>) =>
  metadataOf(await caller.inference.startRun(run).catch((error: unknown) => error));
const inAnHour = () => timestampFromDate(new Date(Date.now() + 3_600_000));

describe("a budget above a run", () => {
  it.each([
    ["its user", (caller: Caller) => ({ scope: USER, scopeId: caller.userId })],
    ["its team", () => ({ scope: TEAM, scopeId: "blue" })],
    ["its agent", () => ({ scope: AGENT, scopeId: "simple-chat" })],
  ])("of %s refuses it, says so, and lets it through once it is raised", async (_whose, ofWhom) => {
    const user = await world.server.as({ teams: ["blue", "red"] });
    const admin = await user.colleague("admin");
    const key = { ...ofWhom(user), window: MONTH };
    await admin.budgets.setBudget({ ...key, limitMicros: 5n });
    const refusal = await refusalOf(user, startOf("hello"));
    expect(refusal).toMatchObject({
      scope: BudgetScope[key.scope].toLowerCase(),
      scope_id: key.scopeId,
      window: "month",
      unit: "micros",
      limit: "5",
      limit_micros: "5",
      used: "0",
      reserved: "0",
      raise_by: "admin",
    });
    expect(new Date(refusal?.["as_of"] ?? 0).getTime()).toBeGreaterThan(Date.now() - 60_000);
    const { budget } = await admin.budgets.raiseBudget({ ...key, amount: 10_000n, expireTime: inAnHour() });
    expect(budget).toMatchObject({ limit: 10_005n, raise: 10_000n, customized: true });
    const { run } = await user.inference.startRun(startOf("hello"));
    expect((await ended(user, run?.runId ?? "")).state).toBe(RunState.COMPLETED);
    const { entries, totalCostMicros } = await user.budgets.listUsage({});
    expect(entries).toMatchObject([{ teamId: "blue", attempt: 1, callId: "1.1" }]);
    const { budgets } = await admin.budgets.listBudgets({ scope: key.scope, scopeId: key.scopeId });
    expect(budgets).toMatchObject([{ used: totalCostMicros, usedMicros: totalCostMicros, reserved: 0n }]);
    await admin.budgets.deleteBudget(key);
    expect((await admin.budgets.listBudgets({ scope: key.scope })).budgets).toEqual([]);
    expect(await admin.budgets.deleteBudget(key).catch(reasonOf)).toBe("BUDGET_NOT_FOUND");
    // What was spent before counts when it is set again.
    const again = await admin.budgets.setBudget({ ...key, limitMicros: 9n });
    expect(again.budget).toMatchObject({ used: totalCostMicros, remaining: 0n, raise: 0n });
  });

  it("of a chat counts tokens, and its readers see it", async () => {
    const user = await world.server.as();
    const admin = await user.colleague("admin");
    const { chat } = await user.chatCommands.createChat({});
    const scopeId = chat?.chatId ?? "";
    await admin.budgets.setBudget({ scope: CHAT, scopeId, window: DAY, unit: TOKENS, limit: 3n });
    expect(await refusalOf(user, startOf("hello", { chatId: scopeId }))).toMatchObject({
      scope: "chat",
      unit: "tokens",
      limit: "3",
    });
    for (const scope of [CHAT, BudgetScope.UNSPECIFIED]) {
      const { budgets } = await user.budgets.listBudgets({ scope, scopeId });
      expect(budgets).toMatchObject([{ scopeId, unit: TOKENS, limit: 3n, limitMicros: 0n }]);
    }
    const other = await user.colleague("editor");
    expect((await other.budgets.listBudgets({ scope: CHAT, scopeId })).budgets).toEqual([]);
    expect((await other.budgets.listBudgets({ scope: USER, scopeId: user.userId })).budgets).toEqual([]);
  });

  it("of a chat or a run is found however the letters of its id are written", async () => {
    const user = await world.server.as();
    const admin = await user.colleague("admin");
    const { chat } = await user.chatCommands.createChat({});
    const chatId = chat?.chatId ?? "";
    const upper = { scope: CHAT, scopeId: chatId.toUpperCase() };
    await admin.budgets.setBudget({ ...upper, window: DAY, limitMicros: 3n });
    expect(await refusalOf(user, startOf("hello", { chatId }))).toMatchObject({ scope: "chat", limit: "3" });
    const capitals = { chatId: upper.scopeId, messages: startOf("hello").messages };
    expect((await user.inference.estimateRun(capitals)).refusal?.metadata).toMatchObject({ scope: "chat" });
    const { budgets } = await user.budgets.listBudgets(upper);
    expect(budgets).toMatchObject([{ scopeId: chatId, limitMicros: 3n }]);
    const { run } = await user.inference.startRun(startOf("slow"));
    const own = { scope: BudgetScope.RUN, scopeId: run?.runId.toUpperCase() ?? "", window: TOTAL };
    await admin.budgets.setBudget({ ...own, limitMicros: 1000n });
    await user.inference.cancelRun({ runId: run?.runId ?? "" });
    await ended(user, run?.runId ?? "");
    expect((await admin.budgets.listBudgets(own)).budgets).toEqual([]);
  });

  it("may count runs, and runs at the same time", async () => {
    const user = await world.server.as();
    const admin = await user.colleague("admin");
    const mine = { scope: USER, scopeId: user.userId };
    await admin.budgets.setBudget({ ...mine, window: TOTAL, unit: STREAMS, limit: 1n });
    await admin.budgets.setBudget({ window: DAY, unit: RUNS, limit: 2n });
    const { run } = await user.inference.startRun(startOf("slow"));
    expect(await refusalOf(user, startOf("hello"))).toMatchObject({ unit: "streams", reserved: "1" });
    await user.inference.cancelRun({ runId: run?.runId ?? "" });
    await ended(user, run?.runId ?? "");
    const { run: second } = await user.inference.startRun(startOf("hello"));
    await ended(user, second?.runId ?? "");
    expect(await refusalOf(user, startOf("hello"))).toMatchObject({
      scope: "tenant",
      unit: "runs",
      used: "2",
      window: "day",
    });
  });

  it("may be the run's own", async () => {
    const user = await world.server.as();
    const options = { maxOutputTokens: 1000, maxCostMicros: 800n };
    const line = await readInto(
      createRunLine(),
      user.inference.generate({ run: { ...startOf("endless"), options } }),
    );
    expect(line.state).toBe(RunState.CANCELLED);
    const runId = line.frames[0]?.runId ?? "";
    const { run } = await user.inference.getRun({ runId });
    expect(run?.error?.metadata).toMatchObject({ scope: "run", scope_id: runId, limit: "800" });
    expect(Number(run?.usage?.costMicros)).toBeLessThanOrEqual(810);
    const poor = { maxOutputTokens: 1000, maxCostMicros: 3n };
    expect(await refusalOf(user, { ...startOf("hello"), options: poor })).toMatchObject({ scope: "run" });
  });

  it("is charged to a team that its user is in, and to no other", async () => {
    const user = await world.server.as({ teams: ["blue", "red"] });
    const started = (teamId: string) =>
      user.inference.startRun({ ...startOf("hello"), options: { maxOutputTokens: 100, teamId } });
    expect(await started("green").catch(reasonOf)).toBe("BUDGET_NOT_FOUND");
    const { run } = await started("red");
    await ended(user, run?.runId ?? "");
    expect((await user.budgets.listUsage({ teamId: "red" })).entries).toHaveLength(1);
    expect((await user.budgets.listUsage({ teamId: "blue" })).entries).toHaveLength(0);
  });
});

describe("an estimate", () => {
  it("says what a start would hold, and refuses as it would, and holds nothing", async () => {
    const t = await world.tenant();
    const run = startOf("hello");
    const { requestId: _, ...asked } = run;
    const estimate = await t.user.inference.estimateRun(asked);
    expect(estimate).toMatchObject({
      fits: true,
      model: "fake/fake",
      maxOutputTokens: 100n,
      currency: "USD",
    });
    expect(estimate.callMaxMicros).toBe(estimate.holdMicros);
    const worst = await t.worstCaseOf(run);
    expect(Number(estimate.holdMicros)).toBe(worst);
    const refused = await t.user.inference.estimateRun(asked);
    const told = await refusalOf(t.user, run);
    expect(refused.fits).toBe(false);
    expect({ ...refused.refusal?.metadata, as_of: "" }).toEqual({ ...told, as_of: "" });
    expect(await t.status()).toMatchObject([{ reserved: 0 }, { reserved: 0 }]);
    const long = await t.user.inference.estimateRun({ ...asked, options: { maxOutputTokens: 2000 } });
    expect(long.callMaxMicros).toBeGreaterThan(long.holdMicros);
  });
});

describe("usage on a run's line", () => {
  it("goes from estimated over reported to settled, tied to the ledger", async () => {
    const t = await world.tenant();
    const line = await readInto(createRunLine(), t.user.inference.generate({ run: startOf("hello") }));
    const frames = line.frames.flatMap(({ frame }) => (frame.case === "usage" ? [frame.value] : []));
    const { ESTIMATED, REPORTED, SETTLED } = UsageStage;
    expect(frames.map(({ stage }) => stage)).toEqual([ESTIMATED, REPORTED, SETTLED]);
    const { entries } = await t.user.budgets.listUsage({});
    expect(new Set(frames.map(({ usageEntryId }) => usageEntryId))).toEqual(
      new Set(entries.map(({ usageEntryId }) => usageEntryId)),
    );
    expect(frames[2]).toMatchObject({
      costMicros: entries[0]?.costMicros,
      outputTokens: entries[0]?.outputTokens,
    });
    expect(frames[1]?.costMicros).toBe(frames[2]?.costMicros);
  });
});

describe("a budget whose soft limit is reached", () => {
  it("says since when, once per period", async () => {
    const t = await world.tenant();
    const worst = await t.worstCaseOf(startOf("hello"));
    await t.admin.budgets.setBudget({ window: DAY, limitMicros: BigInt(worst + 5), softLimitPercent: 1 });
    const before = (await t.user.budgets.getBudget({})).budgets[0];
    expect(before?.softLimitReachedTime).toBeUndefined();
    const { run } = await t.user.inference.startRun(startOf("hello"));
    await ended(t.user, run?.runId ?? "");
    const [day, month] = (await t.user.budgets.getBudget({})).budgets;
    expect(day?.softLimitReachedTime).toBeDefined();
    expect(month?.softLimitReachedTime).toBeUndefined();
  });
});

describe("an answer that is cut by an empty balance", () => {
  it("goes on after a top-up on the same line: the text has no gap, each ledger entry is there once", async () => {
    const t = await world.tenant();
    const { user, admin } = t;
    const options = { maxOutputTokens: 900 };
    const run = { ...startOf("paced"), options };
    const estimate = await user.inference.estimateRun({ messages: run.messages, options });
    const topUp = (amountMicros: bigint) =>
      admin.budgets.topUpCredits({ amountMicros, requestId: crypto.randomUUID() });
    await topUp(estimate.holdMicros + 20n);
    const line = await readInto(createRunLine(), user.inference.generate({ run }));
    expect(line.faults).toEqual([]);
    expect(line.state).toBe(RunState.PARKED);
    const cut = line.text;
    expect(cut).toContain("word100 ");
    const runId = line.frames[0]?.runId ?? "";
    const resume = () => user.inference.resumeRun({ runId, requestId: crypto.randomUUID() });
    const refused = metadataOf(await resume().catch((error: unknown) => error));
    expect(refused).toMatchObject({ scope: "tenant", window: "total", unit: "micros" });
    expect(refused).not.toHaveProperty("reset_time");

    await topUp(1_000_000n);
    await resume();
    line.state = undefined;
    const before = line.frames.length;
    await readInto(
      line,
      user.inference.watchRun({ runId, resumeToken: line.token, afterSeq: BigInt(line.seq) }),
    );
    expect(line.faults).toEqual([]);
    expect(line.frames[before]?.frame.value).toMatchObject({ state: ResumeState.CONTINUED });
    expect(line.state).toBe(RunState.COMPLETED);
    expect(line.text.match(/word\d+/g)).toEqual(Array.from({ length: 300 }, (_, i) => `word${i}`));
    const { entries, totalCostMicros } = await user.budgets.listUsage({ runId });
    expect(entries.map(({ callId, aborted }) => [callId, aborted])).toEqual([
      ["2.1", false],
      ["1.1", true],
    ]);
    const { credits } = await user.budgets.getCredits({});
    expect(credits).toMatchObject({ debitedMicros: totalCostMicros, reservedMicros: 0n });
    expect(entries.every(({ uncoveredMicros }) => uncoveredMicros <= 20n)).toBe(true);
  });
});

describe("who asks for budgets", () => {
  it("is shown page by page what is above their own runs, and an admin all", async () => {
    const user = await world.server.as({ teams: ["blue"] });
    const admin = await user.colleague("admin");
    const limit = { window: DAY, limitMicros: 7n };
    for (const key of [
      { scope: USER, scopeId: user.userId },
      { scope: USER, scopeId: "somebody" },
      { scope: TEAM, scopeId: "blue" },
      { scope: TEAM, scopeId: "green" },
      { scope: AGENT, scopeId: "tools" },
    ])
      await admin.budgets.setBudget({ ...key, ...limit });
    const idsFor = async (caller: Caller, scope = BudgetScope.UNSPECIFIED) => {
      const ids: string[] = [];
      let pageToken = "";
      do {
        const page = await caller.budgets.listBudgets({ pageSize: 2, pageToken, scope });
        ids.push(...page.budgets.map(({ scopeId }) => scopeId));
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      return ids;
    };
    const others = [user.userId, "somebody"].toSorted();
    expect(await idsFor(admin)).toEqual(["", "", "blue", "green", ...others, "tools"]);
    expect(await idsFor(user)).toEqual(["", "", "blue", user.userId]);
    expect(await idsFor(user, AGENT)).toEqual(["tools"]);
    expect(await idsFor(user, TENANT)).toEqual(["", ""]);
    const shown = (await user.budgets.getBudget({})).budgets;
    expect(shown.map(({ scope, window }) => [scope, window])).toEqual([
      [TENANT, DAY],
      [TENANT, MONTH],
      [TEAM, DAY],
      [USER, DAY],
    ]);
    expect(shown.at(-1)?.exhaustionPolicy).toBe(ExhaustionPolicy.STOP);
    const forged = Buffer.from("not a token").toString("base64url");
    expect(await user.budgets.listBudgets({ pageToken: forged }).catch(reasonOf)).toBe("PAGE_TOKEN_INVALID");
  });
});

import { BudgetWindow, ExhaustionPolicy } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { AnswerState, ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metadataOf, reasonOf } from "../../sdk/ts/src/index.ts";
import {
  startFakeOpenAiServer,
  type FakeAnswer,
  type FakeOpenAiServer,
  type FakeRequest,
} from "../testing/fake-openai-server.ts";
import { createRunLine, readInto, textOf } from "../testing/run-line.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

const { DAY, MONTH } = BudgetWindow;
const PRICE = { input: 1_000_000, output: 2_000_000 };
const MICROS_PER_OUTPUT_TOKEN = 2;

let model: FakeOpenAiServer;
let server: TestServer;
beforeAll(async () => {
  model = await startFakeOpenAiServer();
  model.otherwise = answerOf;
  const models = [{ name: "fake", price: PRICE }];
  const provider = { id: "fake", kind: "openai", base_url: model.baseUrl, api_key: "k", models };
  server = await startTestServer({ MODEL_PROVIDERS: JSON.stringify([provider]) });
});
afterAll(async () => {
  await server.stop();
  await model.close();
});

/** The question says how it is answered. */
function answerOf({ body }: FakeRequest): FakeAnswer {
  const last = body.messages.at(-1);
  const asked = String(last?.content ?? "");
  if (asked.includes("slow")) return { kind: "text", text: "tick ".repeat(500), millisecondsPerPiece: 50 };
  if (asked.includes("endless")) return { kind: "endless", word: "more" };
  if (asked.includes("clock"))
    return { kind: "tools", calls: [{ id: "c1", name: "current_time", args: "{}" }] };
  return { kind: "text", text: "All done." };
}

const saying = (text: string) => ({ parts: [{ kind: { case: "text" as const, value: { text } } }] });
const startOf = (text: string, maxOutputTokens = 100) => ({
  requestId: crypto.randomUUID(),
  messages: [saying(text)],
  options: { maxOutputTokens },
});

/** Somebody in a tenant of their own, and its admin. */
async function tenant() {
  const user = await server.as();
  const admin = await user.colleague("admin");
  const setDay = (limitMicros: number, exhaustionPolicy = ExhaustionPolicy.STOP) =>
    admin.budgets.setBudget({ window: DAY, limitMicros: BigInt(limitMicros), exhaustionPolicy });
  const setMonth = (limitMicros: number) =>
    admin.budgets.setBudget({ window: MONTH, limitMicros: BigInt(limitMicros) });
  return { user, admin, setDay, setMonth };
}

async function statusOf(caller: Caller) {
  const { budgets } = await caller.budgets.getBudget({});
  return budgets.map(({ limitMicros, usedMicros, reservedMicros, remainingMicros }) => {
    expect(remainingMicros).toBe(limitMicros - usedMicros - reservedMicros);
    return { limit: Number(limitMicros), used: Number(usedMicros), reserved: Number(reservedMicros) };
  });
}

/** What a run holds at its start: told by a refusal. */
async function worstCaseOf(
  t: Awaited<ReturnType<typeof tenant>>,
  text: string,
  tokens = 100,
): Promise<number> {
  await t.setDay(0);
  const refused = await t.user.inference.startRun(startOf(text, tokens)).catch(metadataOf);
  return Number((refused as Record<string, string>)["wanted_micros"]);
}

const ended = async (caller: Caller, runId: string) =>
  readInto(createRunLine(), caller.inference.watchRun({ runId }));

describe("admission", () => {
  it("lets 5 of 50 parallel runs through on a budget for 5, and tells the others why not", async () => {
    const t = await tenant();
    const { user } = t;
    const worst = await worstCaseOf(t, "slow");
    const limit = worst * 5 + worst - 1;
    await t.setDay(limit);
    const watching = new AbortController();
    const seen: number[] = [];
    const watcher = (async () => {
      while (!watching.signal.aborted) {
        const [day] = await statusOf(user);
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
    expect(await statusOf(user)).toMatchObject([
      { used: Number(totalCostMicros), reserved: 0 },
      { used: Number(totalCostMicros), reserved: 0 },
    ]);
    expect(Number(totalCostMicros)).toBeLessThan(worst * 5);
  });

  it("is refused by the window that has no room, and by its figures alone", async () => {
    const t = await tenant();
    const worst = await worstCaseOf(t, "hello");
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
    const [day] = await statusOf(t.user);
    expect(metadataOf(later)).toMatchObject({
      window: "day",
      used_micros: String(day?.used),
      reserved_micros: "0",
    });
    expect(reasonOf(later)).toBe("BUDGET_EXCEEDED");
  });

  it("stores nothing of what it refuses", async () => {
    const t = await tenant();
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

describe("a model that says more than the budget has", () => {
  it("is stopped, and its run ends as cancelled with the reason, charged no more than the limit", async () => {
    const t = await tenant();
    const { user } = t;
    const worst = await worstCaseOf(t, "endless");
    await t.setDay(worst);
    const { chat } = await user.chatCommands.createChat({});
    const chatId = chat?.chatId ?? "";
    const run = { ...startOf("endless"), chatId };
    const line = await readInto(createRunLine(), user.inference.generate({ run }));
    expect(line.faults).toEqual([]);
    expect(line.kinds().slice(-2)).toEqual(["error", "status"]);
    expect(line.frames.at(-2)?.frame.value).toMatchObject({ reason: ErrorReason.BUDGET_EXCEEDED });
    expect(line.state).toBe(RunState.CANCELLED);
    expect(await statusOf(user)).toMatchObject([{ limit: worst, used: worst, reserved: 0 }, { used: worst }]);
    const { entries } = await user.budgets.listUsage({});
    expect(entries).toMatchObject([{ aborted: true, costMicros: BigInt(worst) }]);
    const { messages } = await user.chatQueries.getMessages({ chatId });
    expect(messages[1]?.answerState).toBe(AnswerState.BUDGET_EXCEEDED);
    expect(textOf(messages[1]?.parts ?? [])).toBe(line.text);
    expect([...line.text.matchAll(/more/g)].length).toBeLessThan(190);
  });

  it("is paid from what the budget still has, up to the hard limit of its output", async () => {
    const t = await tenant();
    const worst = await worstCaseOf(t, "endless");
    await t.setDay(worst * 10);
    const line = await readInto(createRunLine(), t.user.inference.generate({ run: startOf("endless") }));
    expect(line.state).toBe(RunState.COMPLETED);
    const [day] = await statusOf(t.user);
    expect(day?.reserved).toBe(0);
    expect(day?.used).toBeGreaterThan(worst);
    expect(day?.used).toBeLessThan(worst + 100 * MICROS_PER_OUTPUT_TOKEN);
  });

  it("is parked where the policy says so, and goes on after a raise on the same line", async () => {
    const t = await tenant();
    const { user } = t;
    const worst = await worstCaseOf(t, "endless");
    await t.setDay(worst, ExhaustionPolicy.PARK);
    const { chat } = await user.chatCommands.createChat({});
    const chatId = chat?.chatId ?? "";
    const line = await readInto(
      createRunLine(),
      user.inference.generate({ run: { ...startOf("endless"), chatId } }),
    );
    const runId = line.frames[0]?.runId ?? "";
    expect(line.state).toBe(RunState.PARKED);
    expect((await user.inference.getRun({ runId })).run).toMatchObject({
      state: RunState.PARKED,
      reservedMicros: 0n,
    });
    expect((await user.chatQueries.getMessages({ chatId })).totalCount).toBe(1);
    const resume = (requestId = crypto.randomUUID()) => user.inference.resumeRun({ runId, requestId });
    expect(await resume().catch(reasonOf)).toBe("BUDGET_EXCEEDED");

    await t.setDay(worst * 10, ExhaustionPolicy.PARK);
    const requestId = crypto.randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => resume(requestId)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    line.state = undefined;
    const before = line.frames.length;
    await readInto(
      line,
      user.inference.watchRun({ runId, resumeToken: line.token, afterSeq: BigInt(line.seq) }),
    );
    expect(line.faults).toEqual([]);
    expect(line.frames[before]?.frame.value).toMatchObject({ state: ResumeState.CONTINUED });
    expect(line.state).toBe(RunState.COMPLETED);
    expect(await resume().catch(reasonOf)).toBe("RUN_NOT_RESUMABLE");
    const again = await ended(user, runId);
    expect(again.faults).toEqual([]);
    expect(again.text).toBe(line.text);
    const { messages } = await user.chatQueries.getMessages({ chatId });
    expect(messages.map(({ parts }) => textOf(parts))).toEqual(["endless", line.text]);
    expect((await statusOf(user))[0]?.reserved).toBe(0);
  });

  it("and is parked can be cancelled, or its chat deleted", async () => {
    const t = await tenant();
    const { user } = t;
    const worst = await worstCaseOf(t, "endless");
    const parkedIn = async () => {
      const [day] = await statusOf(user);
      await t.setDay((day?.used ?? 0) + worst, ExhaustionPolicy.PARK);
      const { chat } = await user.chatCommands.createChat({});
      const chatId = chat?.chatId ?? "";
      const line = await readInto(
        createRunLine(),
        user.inference.generate({ run: { ...startOf("endless"), chatId } }),
      );
      expect(line.state).toBe(RunState.PARKED);
      return { chatId, runId: line.frames[0]?.runId ?? "" };
    };
    const cancelled = await parkedIn();
    const { run } = await user.inference.cancelRun({ runId: cancelled.runId });
    expect(run?.state).toBe(RunState.CANCELLED);
    expect((await user.chatQueries.getChat({ chatId: cancelled.chatId })).chat?.activeRunId).toBe("");
    expect((await user.chatQueries.getMessages({ chatId: cancelled.chatId })).totalCount).toBe(2);
    const deleted = await parkedIn();
    await user.chatCommands.deleteChat({ chatId: deleted.chatId });
    expect((await user.inference.getRun({ runId: deleted.runId })).run?.state).toBe(RunState.CANCELLED);
  });
});

describe("an agent with tools", () => {
  it("holds more for each later call, and is charged for what it called only", async () => {
    const t = await tenant();
    const { user } = t;
    const run = (agentId: string) => ({ ...startOf("look at the clock"), agentId });
    await t.setDay(0);
    const refused: unknown = await user.inference.startRun(run("tools")).catch((e: unknown) => e);
    const worst = Number(metadataOf(refused)?.["wanted_micros"]);
    await t.setDay(worst);
    const stopped = await readInto(createRunLine(), user.inference.generate({ run: run("tools") }));
    expect(stopped.state).toBe(RunState.CANCELLED);
    const { run: end } = await user.inference.getRun({ runId: stopped.frames[0]?.runId ?? "" });
    expect(end?.error?.reason).toBe(ErrorReason.BUDGET_EXCEEDED);
    expect(end?.parts[0]?.kind.value).toMatchObject({ name: "current_time", state: ToolCallState.DONE });
    expect((await user.budgets.listUsage({})).entries).toMatchObject([{ aborted: false }]);

    await t.setDay(worst * 4);
    const line = await readInto(createRunLine(), user.inference.generate({ run: run("tools") }));
    expect(line.faults).toEqual([]);
    expect(line.state).toBe(RunState.COMPLETED);
    expect(line.text).toBe("All done.");
    const { entries } = await user.budgets.listUsage({ runId: line.frames[0]?.runId ?? "" });
    expect(entries.map(({ aborted }) => aborted)).toEqual([false, false]);
    expect((await statusOf(user))[0]?.reserved).toBe(0);
  });
});

import { AnswerState, ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { CreateChatRequestSchema } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listLedgerRows } from "../budget/ledger-store.ts";
import { createChat } from "../chat/create-chat.ts";
import { listMessages } from "../chat/message-store.ts";
import { findChat } from "../chat/store.ts";
import { createAgentExecutor } from "../execution/agent-executor.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { ProviderConfig } from "../platform/config/config.ts";
import {
  startFakeOpenAiServer,
  type FakeAnswer,
  type FakeOpenAiServer,
} from "../testing/fake-openai-server.ts";
import { createRunLine, readInto, textOf } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { createChatRuns } from "./chat-runs.ts";

/** Quick to try again; where a stall is expected, quick to give up. */
const RETRIES = { retryDelay: 5, longestRetryDelay: 20 };
const STALLS = { ...RETRIES, firstToken: 500, betweenTokens: 500 };

let model: FakeOpenAiServer;
let slices: TestSlices;
let alice: Actor;
let stalls = false;
beforeAll(async () => {
  model = await startFakeOpenAiServer();
  const models = [{ name: "m", price: { input: 1_000_000, output: 2_000_000 }, max_output_tokens: 4096 }];
  const provider: ProviderConfig = {
    id: "fake",
    kind: "openai",
    base_url: model.baseUrl,
    api_key: "k",
    models,
  };
  slices = await openTestSlices({ providers: [provider] });
  // A fresh one for each run: what a breaker has learnt of a provider is not what these tests are about.
  const executorWith = (patience: typeof RETRIES) =>
    createAgentExecutor({ ...slices, providers: [provider], offlineTokensPerSecond: 0, patience });
  slices.startLoop({
    executor: { execute: (request) => executorWith(stalls ? STALLS : RETRIES).execute(request) },
  });
});
afterAll(async () => {
  await slices.close();
  await model.close();
});
beforeEach(() => {
  model.forget();
  alice = actorOf();
});

const reader = () => slices.database.reader(alice.tenantId);

async function turn(chatId: string, text = "hello") {
  const runId = await slices.start(alice, text, { chatId, options: { maxOutputTokens: 200 } });
  const line = await readInto(createRunLine(), slices.watch(alice, runId));
  const filter = { runId };
  const ledger = await listLedgerRows(reader(), filter, { after: undefined, limit: 10 });
  return { runId, line, ledger: ledger.toReversed() };
}

async function newChat(agentId: string): Promise<string> {
  const deps = { ...slices, runs: createChatRuns(slices) };
  return (await createChat(deps, alice, create(CreateChatRequestSchema, { agentId }))).chat?.chatId ?? "";
}

/** Whatever happened: a typed end, a closed turn, nothing held, and the next message is answered. */
async function expectClosedTurn(chatId: string, { runId, line }: Awaited<ReturnType<typeof turn>>) {
  expect(line.faults).toEqual([]);
  expect(line.kinds().at(-1)).toBe("status");
  expect(await slices.budget.reservedFor(reader(), runId)).toBe(0);
  expect((await findChat(reader(), chatId))?.activeRunId).toBe("");
  const messages = await listMessages(reader(), chatId, { after: undefined, limit: 10, newestFirst: true });
  expect(textOf(messages[0]?.parts ?? [])).toBe(line.text);
  model.forget();
  const next = await turn(chatId);
  expect(next.line.state).toBe(RunState.COMPLETED);
  return messages[0];
}

const times = (count: number, answer: FakeAnswer) => Array.from({ length: count }, () => answer);

describe("a provider that fails", () => {
  it.each<[string, FakeAnswer[], string]>([
    ["answers 429", times(9, { kind: "status", status: 429, retryAfter: "0" }), ""],
    ["answers 500", times(9, { kind: "status", status: 500 }), ""],
    ["says nothing and stalls", times(9, { kind: "stall" }), ""],
    ["stalls in the middle", times(9, { kind: "stall", after: "Half an " }), "Half an "],
    ["drops before a word", times(9, { kind: "drop" }), ""],
    ["drops in the middle", times(9, { kind: "drop", after: "Half an " }), "Half an "],
  ])("and %s ends the run with the reason, and the chat goes on", async (_name, answers, said) => {
    const chatId = await newChat("");
    model.answerWith(...answers);
    stalls = answers.some(({ kind }) => kind === "stall");
    const failed = await turn(chatId);
    stalls = false;
    expect(failed.line.state).toBe(RunState.FAILED);
    expect(failed.line.text).toBe(said);
    const error = failed.line.frames.at(-2)?.frame;
    expect(error).toMatchObject({ case: "error", value: { reason: ErrorReason.PROVIDERS_EXHAUSTED } });
    expect(JSON.stringify(error, (_, v: unknown) => (typeof v === "bigint" ? Number(v) : v))).not.toContain(
      "sk-",
    );
    expect(failed.ledger).toMatchObject([{ aborted: true, callId: "1.1" }]);
    expect(failed.ledger[0]?.outputTokens).toBeLessThanOrEqual(5);
    expect((await expectClosedTurn(chatId, failed))?.answerState).toBe(AnswerState.FAILED);
  });

  it("and takes no call is owed nothing", async () => {
    const chatId = await newChat("");
    model.answerWith(...times(9, { kind: "status", status: 429, retryAfter: "0" }));
    const { ledger } = await turn(chatId);
    expect(ledger).toMatchObject([{ inputTokens: 0, outputTokens: 0, costMicros: 0, aborted: true }]);
  });

  it("once and recovers is not noticed", async () => {
    const chatId = await newChat("");
    model.answerWith({ kind: "status", status: 503 }, { kind: "status", status: 429, retryAfter: "0" });
    const recovered = await turn(chatId);
    expect(recovered.line.state).toBe(RunState.COMPLETED);
    expect(recovered.line.text).toBe("Hello from the fake model.");
    expect(recovered.ledger).toMatchObject([{ aborted: false }]);
  });
});

describe("a provider that lies", () => {
  it.each<[string, { prompt_tokens: number; completion_tokens: number } | "absent"]>([
    ["nothing", "absent"],
    ["zero", { prompt_tokens: 0, completion_tokens: 0 }],
    ["millions", { prompt_tokens: 9_000_000, completion_tokens: 9_000_000 }],
    ["less than nothing", { prompt_tokens: -5, completion_tokens: -5 }],
  ])("and tells of %s used is booked by our count", async (_name, usage) => {
    const chatId = await newChat("");
    model.answerWith({ kind: "text", text: "Ten words of an answer, more or less, I say.", usage });
    const lied = await turn(chatId);
    expect(lied.line.state).toBe(RunState.COMPLETED);
    const [row] = lied.ledger;
    expect(row?.aborted).toBe(false);
    expect(row?.inputTokens).toBeGreaterThan(10);
    expect(row?.inputTokens).toBeLessThan(100);
    expect(row?.outputTokens).toBeGreaterThan(5);
    expect(row?.outputTokens).toBeLessThan(40);
    expect(row?.costMicros).toBe((row?.inputTokens ?? 0) + 2 * (row?.outputTokens ?? 0));
    expect(Number(lied.line.usage?.costMicros)).toBe(row?.costMicros);
    await expectClosedTurn(chatId, lied);
  });

  it("and never ends is cut at its limit, and the run keeps what was said", async () => {
    const chatId = await newChat("");
    model.answerWith({ kind: "endless", word: "on" });
    const endless = await turn(chatId);
    expect(endless.line.state).toBe(RunState.COMPLETED);
    expect(endless.ledger[0]?.outputTokens).toBeLessThan(400);
    await expectClosedTurn(chatId, endless);
  });
});

describe("a provider that calls tools", () => {
  it("gets their answers, and each call is in the frames as it is stored", async () => {
    const chatId = await newChat("tools");
    model.answerWith({
      kind: "tools",
      text: "Let me see. ",
      calls: [{ id: "c", name: "current_time", args: "{}" }],
    });
    const called = await turn(chatId);
    expect(called.line.state).toBe(RunState.COMPLETED);
    expect(called.line.kinds()).toEqual(expect.arrayContaining(["toolCall", "toolArgsDelta", "toolResult"]));
    expect(called.ledger.map(({ callId, aborted }) => [callId, aborted])).toEqual([
      ["1.1", false],
      ["1.2", false],
    ]);
    const answer = await expectClosedTurn(chatId, called);
    expect(answer?.parts.map(({ kind }) => kind.case)).toEqual(["text", "toolCall", "text"]);
    expect(answer?.parts[1]?.kind.value).toMatchObject({ state: ToolCallState.DONE, argumentsJson: "{}" });
  });

  it("that fail in the middle of the second call, is charged for both", async () => {
    const chatId = await newChat("tools");
    const call = { id: "c", name: "current_time", args: "{}" };
    model.answerWith({ kind: "tools", calls: [call] }, ...times(9, { kind: "drop", after: "It is " }));
    const failed = await turn(chatId);
    expect(failed.line.state).toBe(RunState.FAILED);
    expect(failed.ledger.map(({ aborted }) => aborted)).toEqual([false, true]);
    await expectClosedTurn(chatId, failed);
  });
});

describe("a model without a price", () => {
  it("is refused, and nothing is stored", async () => {
    const models = [{ name: "m", max_output_tokens: 100 }];
    const provider: ProviderConfig = {
      id: "free",
      kind: "openai",
      base_url: model.baseUrl,
      api_key: "k",
      models,
    };
    const unpriced = await openTestSlices({ providers: [provider], database: slices.database });
    const chatId = await newChat("");
    await expect(unpriced.start(alice, "hello", { chatId })).rejects.toMatchObject({
      reason: "PRICE_UNKNOWN",
      metadata: { model: "free/m" },
    });
    expect(await findChat(reader(), chatId)).toMatchObject({ messageCount: 0, activeRunId: "", version: 1 });
    expect(model.requests).toEqual([]);
  });
});

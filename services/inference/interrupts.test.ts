import {
  AnswerState,
  ChatVisibility,
  MultitaskStrategy,
  ToolCallState,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { InterruptAnswerSchema } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newChatOf, saying } from "../testing/messages.ts";
import { refusalOf } from "../testing/refusal.ts";
import { createRunLine, readInto, textOf, type RunLine } from "../testing/run-line.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { INTERRUPTED, COMPLETED, CANCELLED, RUNNING } = RunState;

interface Asked {
  runId: string;
  interruptId: string;
  line: RunLine;
}

async function askIn(caller: Caller, chatId: string, text: string): Promise<Asked> {
  const { runId } = await caller.chatCommands.sendMessage({
    chatId,
    message: saying(text),
    requestId: uuidv7(),
  });
  const line = await readInto(createRunLine(), caller.inference.watchRun({ runId }));
  expect(line.state).toBe(INTERRUPTED);
  expect(line.faults).toEqual([]);
  return { runId, interruptId: interruptIn(line)?.interruptId ?? "", line };
}

const newToolChat = (caller: Caller, fields = {}) => newChatOf(caller, { agentId: "tools", ...fields });

function interruptIn({ frames }: RunLine) {
  const last = frames.findLast(({ frame }) => frame.case === "status")?.frame;
  return last?.case === "status" ? last.value.interrupt : undefined;
}

type Answer = MessageInitShape<typeof InterruptAnswerSchema>["answer"];
const words = (text: string): Answer => ({ case: "text", value: { text } });
const approve = (approved: boolean, comment = ""): Answer => ({
  case: "confirm",
  value: { approved, comment },
});
const choose = (...optionIds: string[]): Answer => ({ case: "choice", value: { optionIds } });

const reply = (
  caller: Caller,
  { runId, interruptId }: Pick<Asked, "runId" | "interruptId">,
  answer: Answer,
  requestId = uuidv7(),
) => caller.inference.resumeRun({ runId, requestId, interruptId, answer: { ...(answer && { answer }) } });

/** Reads on where the line stopped. */
async function goOn(caller: Caller, { runId, line }: Asked): Promise<RunLine> {
  line.state = undefined;
  const place = { resumeToken: line.token, afterSeq: BigInt(line.seq) };
  await readInto(line, caller.inference.watchRun({ runId, ...place }));
  expect(line.faults).toEqual([]);
  return line;
}

const runOf = async (caller: Caller, runId: string) => (await caller.inference.getRun({ runId })).run;

describe("a run that asks a person", () => {
  it("stands still with the question, holds nothing, and goes on with the answer on the same line", async () => {
    const alice = await server.as();
    const chatId = await newToolChat(alice);
    const asked = await askIn(alice, chatId, "ask me What is your name?");
    const run = await runOf(alice, asked.runId);
    expect(run).toMatchObject({
      state: INTERRUPTED,
      reservedMicros: 0n,
      interrupt: {
        interruptId: asked.interruptId,
        prompt: "What is your name?",
        question: { case: "text", value: { maxLength: 4000 } },
      },
    });
    const [part] = run?.parts ?? [];
    expect(part?.kind).toMatchObject({
      case: "toolCall",
      value: { name: "ask_user", state: ToolCallState.RUNNING, toolCallId: run?.interrupt?.toolCallId },
    });
    expect((await alice.chatQueries.getChat({ chatId })).chat?.activeRunId).toBe(asked.runId);

    const { seq } = asked.line;
    await reply(alice, asked, words("Ada"));
    const line = await goOn(alice, asked);
    expect(line.state).toBe(COMPLETED);
    expect(line.text).toBe("You answered: Ada");
    expect(line.kinds()).not.toContain("retract");
    expect(line.seq).toBeGreaterThan(seq);
    const { messages } = await alice.chatQueries.getMessages({ chatId });
    expect(textOf(messages[1]?.parts ?? [])).toBe(line.text);
    const again = await readInto(createRunLine(), alice.inference.watchRun({ runId: asked.runId }));
    const states = again.frames.flatMap(({ frame }) => (frame.case === "status" ? [frame.value] : []));
    expect(states).toMatchObject([{ state: RUNNING }, { state: COMPLETED }]);
    expect(states[0]?.interrupt).toBeUndefined();
    expect([again.text, again.faults]).toEqual([line.text, []]);
  });

  it("may ask whoever reads the chat; the others hear that it goes on", async () => {
    const alice = await server.as();
    const bob = await alice.colleague("reviewer");
    const chatId = await newToolChat(alice, { visibility: ChatVisibility.TENANT });
    const { checkpointToken } = await alice.chatQueries.getChat({ chatId });
    const asked = await askIn(alice, chatId, "ask me Who are you?");
    await reply(bob, asked, words("Bob"));
    expect((await goOn(alice, asked)).text).toBe("You answered: Bob");
    const kinds: unknown[] = [];
    for await (const { update } of alice.chatQueries.streamChatUpdates({ chatId, checkpointToken })) {
      if (update.case) kinds.push(update.case);
      if (kinds.length === 3) break;
    }
    expect(kinds).toEqual(["message", "turnResumed", "message"]);
    const stranger = await alice.colleague("editor");
    const privately = await askIn(alice, await newToolChat(alice), "ask me Who are you?");
    expect(await refusalOf(reply(stranger, privately, words("me")))).toMatchObject({
      reason: "RUN_NOT_FOUND",
    });
  });

  it("takes one answer, once: a repeated one is refused, a repeated request gets the first result", async () => {
    const alice = await server.as();
    const asked = await askIn(alice, await newToolChat(alice), "ask me How many?");
    const requestId = uuidv7();
    const first = await reply(alice, asked, words("one"), requestId);
    expect(await reply(alice, asked, words("one"), requestId)).toEqual(first);
    const late = await refusalOf(reply(alice, asked, words("two")));
    expect(late).toMatchObject({ code: "FailedPrecondition", reason: "INTERRUPT_STALE" });
    expect((await goOn(alice, asked)).text).toBe("You answered: one");
    expect(await refusalOf(reply(alice, asked, words("two")))).toMatchObject({
      reason: "INTERRUPT_STALE",
      metadata: { run_id: asked.runId, state: "COMPLETED" },
    });
  });

  it("takes one of many answers that come at once", async () => {
    const alice = await server.as();
    const asked = await askIn(alice, await newToolChat(alice), "ask me Who is first?");
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => reply(alice, asked, words(String(i)))),
    );
    const taken = all.findIndex(({ status }) => status === "fulfilled");
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await goOn(alice, asked)).text).toBe(`You answered: ${taken}`);
  });

  it("refuses an answer to another question, of another kind, too long, or none", async () => {
    const alice = await server.as();
    const chatId = await newToolChat(alice);
    const asked = await askIn(alice, chatId, "ask me to choose red, green or blue");
    expect(interruptIn(asked.line)?.question).toMatchObject({
      case: "choice",
      value: { multiple: false, options: [{ label: "red" }, { label: "green" }, { label: "blue" }] },
    });
    const other = { ...asked, interruptId: "0".repeat(32) };
    expect(await refusalOf(reply(alice, other, choose("red")))).toEqual({
      code: "FailedPrecondition",
      reason: "INTERRUPT_STALE",
      metadata: { run_id: asked.runId, state: "INTERRUPTED", interrupt_id: asked.interruptId },
    });
    for (const wrong of [words("red"), choose("red", "blue"), choose("pink"), choose(), approve(true)])
      expect(await refusalOf(reply(alice, asked, wrong))).toMatchObject({ reason: "SCHEMA_VIOLATION" });
    const nothing = { runId: asked.runId, requestId: uuidv7() };
    expect(await refusalOf(alice.inference.resumeRun(nothing))).toMatchObject({
      reason: "RUN_NOT_RESUMABLE",
    });
    const half = { ...nothing, requestId: uuidv7(), interruptId: asked.interruptId };
    expect(await refusalOf(alice.inference.resumeRun(half))).toMatchObject({ reason: "SCHEMA_VIOLATION" });
    await reply(alice, asked, choose("green"));
    expect((await goOn(alice, asked)).text).toBe("You chose **green**.");
    const text = await askIn(alice, chatId, "ask me anything");
    const long = words("x".repeat(4001));
    expect(await refusalOf(reply(alice, text, long))).toMatchObject({ reason: "SCHEMA_VIOLATION" });
    const several = await askIn(alice, await newToolChat(alice), "ask me to choose any of a, b or c");
    await reply(alice, several, choose("a", "c"));
    expect((await goOn(alice, several)).text).toBe("You chose **a, c**.");
  });

  it("keeps the turn until it is answered or cancelled", async () => {
    const alice = await server.as();
    const chatId = await newToolChat(alice);
    const asked = await askIn(alice, chatId, "ask me yes or no Shall we?");
    const next = await alice.chatCommands.sendMessage({
      chatId,
      message: saying("echo next"),
      requestId: uuidv7(),
      multitaskStrategy: MultitaskStrategy.ENQUEUE,
    });
    expect((await runOf(alice, next.runId))?.state).toBe(RunState.QUEUED);
    await reply(alice, asked, approve(false, "not today"));
    expect((await goOn(alice, asked)).text).toBe("You said **no**: not today");
    const line = await readInto(createRunLine(), alice.inference.watchRun({ runId: next.runId }));
    expect([line.text, line.state]).toEqual(["next", COMPLETED]);
  });

  it("ends at once when it is cancelled, interrupted by a message, or its chat is deleted", async () => {
    const alice = await server.as();
    const chatId = await newToolChat(alice);
    const first = await askIn(alice, chatId, "ask me one");
    expect((await alice.inference.cancelRun({ runId: first.runId })).run?.state).toBe(CANCELLED);
    expect(await refusalOf(reply(alice, first, words("late")))).toMatchObject({ reason: "INTERRUPT_STALE" });
    const second = await askIn(alice, chatId, "ask me two");
    const third = await alice.chatCommands.sendMessage({
      chatId,
      message: saying("ask me three"),
      requestId: uuidv7(),
      multitaskStrategy: MultitaskStrategy.INTERRUPT,
    });
    expect(third.turnsAhead).toBe(0);
    await readInto(createRunLine(), alice.inference.watchRun({ runId: third.runId }));
    await alice.chatCommands.deleteChat({ chatId });
    for (const { runId } of [first, second, third]) {
      const run = await runOf(alice, runId);
      expect(run).toMatchObject({ state: CANCELLED, reservedMicros: 0n });
      expect(run?.interrupt).toBeUndefined();
      expect(run?.parts[0]?.kind.value).toMatchObject({ state: ToolCallState.FAILED });
      const line = await readInto(createRunLine(), alice.inference.watchRun({ runId }));
      expect(line.state).toBe(CANCELLED);
    }
  });

  it("works without a chat", async () => {
    const alice = await server.as();
    const run = { requestId: uuidv7(), messages: [saying("ask me alone?")], agentId: "tools" };
    const line = await readInto(createRunLine(), alice.inference.generate({ run }));
    const { runId = "" } = line.frames[0] ?? {};
    const asked = { runId, line, interruptId: interruptIn(line)?.interruptId ?? "" };
    await reply(alice, asked, words("yes"));
    expect((await goOn(alice, asked)).text).toBe("You answered: yes");
  });
});

describe("a tool that has an effect", () => {
  const titles = async (caller: Caller) =>
    (await caller.artifactQueries.listArtifacts({})).artifacts.map(({ title }) => title);

  it("is called once a person approves, and not when that person declines", async () => {
    const alice = await server.as();
    const chatId = await newToolChat(alice);
    const declined = await askIn(alice, chatId, "create artifact Plan");
    expect(interruptIn(declined.line)).toMatchObject({
      prompt: "Create the document artifact “Plan”?",
      question: { case: "confirm", value: { requiredScope: "artifact.write" } },
    });
    await reply(alice, declined, approve(false));
    expect((await goOn(alice, declined)).text).toBe("I created nothing, as you wish.");
    expect(await titles(alice)).toEqual([]);
    const approved = await askIn(alice, chatId, "create artifact Plan");
    await reply(alice, approved, approve(true));
    expect((await goOn(alice, approved)).text).toMatch(/^I created \*\*Plan\*\*/);
    expect(await titles(alice)).toEqual(["Plan"]);
    const { messages } = await alice.chatQueries.getMessages({ chatId });
    expect(messages[3]).toMatchObject({ answerState: AnswerState.COMPLETE });
  });

  it("needs the approval of somebody who may do it himself; anybody may decline", async () => {
    const alice = await server.as();
    const bob = await alice.colleague("reviewer");
    const chatId = await newToolChat(alice, { visibility: ChatVisibility.TENANT });
    const asked = await askIn(bob, chatId, "create artifact By Bob");
    expect(await refusalOf(reply(bob, asked, approve(true)))).toMatchObject({
      reason: "SCOPE_MISSING",
      metadata: { scope: "artifact.write" },
    });
    await reply(alice, asked, approve(true));
    await goOn(bob, asked);
    expect(await titles(alice)).toEqual(["By Bob"]);
    const again = await askIn(bob, chatId, "create artifact Again");
    await reply(bob, again, approve(false));
    expect((await goOn(bob, again)).state).toBe(COMPLETED);
  });

  it("is not asked about when its arguments cannot be used", async () => {
    const alice = await server.as();
    const chatId = await newToolChat(alice);
    const message = saying(`create artifact ${"x".repeat(201)}`);
    const { runId } = await alice.chatCommands.sendMessage({ chatId, message, requestId: uuidv7() });
    const line = await readInto(createRunLine(), alice.inference.watchRun({ runId }));
    expect([line.state, line.text]).toEqual([COMPLETED, expect.stringMatching(/^It failed: .*title/)]);
  });
});

describe("an answer that is cut at the output limit", () => {
  it("says so in its status, its run and its message; a whole one says STOP", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    for (const [maxOutputTokens, finishReason] of [
      [3, 2],
      [100, 1],
    ]) {
      const messages = [saying("count to 20")];
      const run = {
        requestId: uuidv7(),
        chatId,
        messages,
        options: { maxOutputTokens: maxOutputTokens ?? 0 },
      };
      const line = await readInto(createRunLine(), alice.inference.generate({ run }));
      expect(line.frames.at(-1)?.frame.value).toMatchObject({ state: COMPLETED, finishReason });
      const { runId = "" } = line.frames[0] ?? {};
      expect(await runOf(alice, runId)).toMatchObject({ finishReason });
      const { messages: stored } = await alice.chatQueries.getMessages({ chatId, newestFirst: true });
      expect(stored[0]).toMatchObject({ runId, finishReason });
    }
  });
});

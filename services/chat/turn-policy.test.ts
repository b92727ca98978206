import { AnswerState, MultitaskStrategy, type ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newArtifactOf, newChatOf, saying, textOf, untilRunEnds } from "../testing/messages.ts";
import { refusalOf } from "../testing/refusal.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ OFFLINE_TOKENS_PER_SECOND: "40" });
});
afterAll(() => server.stop());

const { REJECT, ENQUEUE, INTERRUPT, ROLLBACK } = MultitaskStrategy;
const { COMPLETE, CANCELLED } = AnswerState;

/** An answer of five seconds, unless somebody stops it. */
const LONG = "count to 200";

async function send(caller: Caller, chatId: string, text: string, multitaskStrategy = REJECT) {
  const request = { chatId, message: saying(text), requestId: uuidv7(), multitaskStrategy };
  return caller.chatCommands.sendMessage(request);
}

const chatOf = async (caller: Caller, chatId: string) => (await caller.chatQueries.getChat({ chatId })).chat;

async function messagesOf(caller: Caller, chatId: string, fields = {}): Promise<ChatMessage[]> {
  return (await caller.chatQueries.getMessages({ chatId, pageSize: 200, ...fields })).messages;
}

/** As a person reads them: in the order of turns. */
async function conversationOf(caller: Caller, chatId: string): Promise<string[]> {
  const messages = await messagesOf(caller, chatId);
  const order = (a: ChatMessage, b: ChatMessage) => Number(a.turn - b.turn || a.version - b.version);
  return messages.toSorted(order).map(textOf);
}

async function untilQuiet(caller: Caller, chatId: string): Promise<void> {
  for (;;) {
    const active = (await chatOf(caller, chatId))?.activeRunId ?? "";
    if (active === "") return;
    await untilRunEnds(caller, active);
  }
}

describe("messages that wait for their turn", () => {
  it("are answered one after the other, each knowing all turns before its own and none after", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    const first = await send(alice, chatId, "count to 30", ENQUEUE);
    const second = await send(alice, chatId, "summarise", ENQUEUE);
    const third = await send(alice, chatId, "echo three", ENQUEUE);
    expect([first, second, third].map(({ turnsAhead }) => turnsAhead)).toEqual([0, 1, 2]);
    expect(await chatOf(alice, chatId)).toMatchObject({
      activeRunId: first.runId,
      waitingRunIds: [second.runId, third.runId],
      messageCount: 3,
    });
    await untilQuiet(alice, chatId);
    const [, counted, , summary, , three] = await conversationOf(alice, chatId);
    expect(counted).toMatch(/30$/);
    // Two messages: what was asked and answered first. The third one was stored already.
    expect(summary).toMatch(/^2 messages so far/);
    expect(summary).toMatch(/count to 30[^]*1 2 3/);
    expect(three).toBe("three");
    const { runs } = await alice.inference.listRuns({ chatId });
    expect(runs.map(({ state }) => state)).toEqual([
      RunState.COMPLETED,
      RunState.COMPLETED,
      RunState.COMPLETED,
    ]);
  });

  it("keep the order of their messages however many tabs send at once, and at most ten wait", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    const { runId } = await send(alice, chatId, LONG);
    const sends = Array.from({ length: 14 }, (_, i) => send(alice, chatId, `echo ${i}`, ENQUEUE));
    const settled = await Promise.allSettled(sends);
    const taken = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(taken).toHaveLength(10);
    expect(taken.map(({ turnsAhead }) => turnsAhead).toSorted((a, b) => a - b)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    expect(await refusalOf(send(alice, chatId, "echo more", ENQUEUE))).toEqual({
      code: "ResourceExhausted",
      reason: "TURN_QUEUE_FULL",
      metadata: { chat_id: chatId, limit: "10" },
    });
    await alice.inference.cancelRun({ runId });
    await untilQuiet(alice, chatId);
    const messages = await messagesOf(alice, chatId);
    const answers = messages.filter(({ answerState }) => answerState === COMPLETE);
    const questions = messages.filter(({ answerState }) => answerState === 0).slice(1);
    expect(answers.map(({ runId: of }) => of)).toEqual(questions.map(({ runId: of }) => of));
    expect(answers.map(textOf)).toEqual(questions.map((m) => textOf(m).replace("echo ", "")));
  });

  it("may be taken out one by one", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    const first = await send(alice, chatId, LONG);
    const second = await send(alice, chatId, "echo two", ENQUEUE);
    const third = await send(alice, chatId, "echo three", ENQUEUE);
    const { run } = await alice.inference.cancelRun({ runId: second.runId });
    expect(run?.state).toBe(RunState.CANCELLED);
    expect(await chatOf(alice, chatId)).toMatchObject({
      activeRunId: first.runId,
      waitingRunIds: [third.runId],
    });
    expect((await alice.inference.getRun({ runId: second.runId })).run?.reservedMicros).toBe(0n);
    await alice.inference.cancelRun({ runId: first.runId });
    await untilQuiet(alice, chatId);
    const answers = (await messagesOf(alice, chatId)).filter((m) => m.answerState !== 0);
    expect(answers.map(({ runId, answerState }) => [runId, answerState])).toEqual([
      [second.runId, CANCELLED],
      [first.runId, CANCELLED],
      [third.runId, COMPLETE],
    ]);
  });

  it("go with their chat", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    const runs = [await send(alice, chatId, LONG), await send(alice, chatId, "echo two", ENQUEUE)];
    await alice.chatCommands.deleteChat({ chatId });
    for (const { runId } of runs) {
      await untilRunEnds(alice, runId);
      expect((await alice.inference.getRun({ runId })).run).toMatchObject({
        state: RunState.CANCELLED,
        reservedMicros: 0n,
      });
    }
  });
});

describe("a message that interrupts", () => {
  it("stops the answer under way, which keeps what it said, and is answered next", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    const first = await send(alice, chatId, LONG);
    for await (const { frame } of alice.inference.watchRun({ runId: first.runId }))
      if (frame?.frame.case === "textDelta") break;
    const second = await send(alice, chatId, "summarise", INTERRUPT);
    await untilQuiet(alice, chatId);
    const [, stopped, , summary] = await messagesOf(alice, chatId).then((all) =>
      all.toSorted((a, b) => Number(a.turn - b.turn || a.version - b.version)),
    );
    expect(stopped).toMatchObject({ runId: first.runId, answerState: CANCELLED });
    expect(textOf(stopped as ChatMessage)).toMatch(/^1/);
    expect(summary).toMatchObject({ runId: second.runId, answerState: COMPLETE });
    expect(textOf(summary as ChatMessage)).toMatch(/^2 messages so far/);
  });

  it("also stops what waits; of many at once the last is answered, and reads what the others asked", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    await send(alice, chatId, LONG);
    await send(alice, chatId, "echo waits", ENQUEUE);
    const sends = Array.from({ length: 8 }, (_, i) => send(alice, chatId, `echo ${i}`, INTERRUPT));
    await Promise.all(sends);
    await untilQuiet(alice, chatId);
    const messages = await messagesOf(alice, chatId);
    const last = messages.filter((m) => m.answerState === 0).at(-1);
    const complete = messages.filter((m) => m.answerState === COMPLETE);
    expect(complete.map(({ runId }) => runId)).toEqual([last?.runId]);
    expect(messages.filter((m) => m.answerState === CANCELLED)).toHaveLength(9);
    expect(await chatOf(alice, chatId)).toMatchObject({
      messageCount: 20,
      activeRunId: "",
      waitingRunIds: [],
    });
  });

  it("while the answer just ends loses nothing, whoever is faster", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    for (let i = 0; i < 12; i += 1) {
      const strategy = [ENQUEUE, INTERRUPT, ROLLBACK][i % 3];
      const { runId } = await send(alice, chatId, "echo short", ENQUEUE);
      const ending = untilRunEnds(alice, runId);
      const next = await send(alice, chatId, `echo next ${i}`, strategy);
      await ending;
      await untilQuiet(alice, chatId);
      const answer = (await messagesOf(alice, chatId)).find(
        (m) => m.runId === next.runId && m.answerState !== 0,
      );
      expect(answer && textOf(answer)).toBe(`next ${i}`);
    }
  });
});

describe("a message that rolls back", () => {
  it("withdraws the turn under way: it is not read, listed, counted or found any more, but kept", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    await send(alice, chatId, "echo before");
    await untilQuiet(alice, chatId);
    const checkpoint = (await alice.chatQueries.getChat({ chatId })).checkpointToken;
    const first = await send(alice, chatId, "repeat 100 zebra");
    for await (const { frame } of alice.inference.watchRun({ runId: first.runId }))
      if (frame?.frame.case === "textDelta") break;
    const second = await send(alice, chatId, "summarise", ROLLBACK);
    expect((await messagesOf(alice, chatId)).map(textOf)).toEqual(["echo before", "before", "summarise"]);
    await untilQuiet(alice, chatId);
    const conversation = await conversationOf(alice, chatId);
    expect(conversation.slice(0, 3)).toEqual(["echo before", "before", "summarise"]);
    expect(conversation[3]).toMatch(/^2 messages so far/);
    expect(await chatOf(alice, chatId)).toMatchObject({ messageCount: 4 });
    expect((await alice.chatQueries.searchChats({ query: "zebra" })).chats).toEqual([]);
    const all = await messagesOf(alice, chatId, { showWithdrawn: true });
    expect(all.filter((m) => m.withdrawn).map(({ runId }) => runId)).toEqual([first.runId, first.runId]);
    expect(all.find((m) => m.withdrawn && m.answerState === CANCELLED)?.parts).not.toEqual([]);
    expect(await updatesOf(alice, chatId, checkpoint, second.runId)).toEqual([
      ["message", first.runId],
      ["turnWithdrawn", first.runId, false],
      ["message", second.runId],
      ["turnWithdrawn", first.runId, true],
      ["message", second.runId],
    ]);
  });

  it("withdraws what waits, too; of many at once the last is left", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    await send(alice, chatId, LONG);
    await send(alice, chatId, "echo waits", ENQUEUE);
    await Promise.all(Array.from({ length: 8 }, (_, i) => send(alice, chatId, `echo ${i}`, ROLLBACK)));
    await untilQuiet(alice, chatId);
    const messages = await messagesOf(alice, chatId);
    expect(messages).toHaveLength(2);
    expect(messages[1]).toMatchObject({ runId: messages[0]?.runId, answerState: COMPLETE });
    expect((await chatOf(alice, chatId))?.messageCount).toBe(2);
  });
});

describe("the strategy", () => {
  it("holds for every way to send, and means nothing without a chat", async () => {
    const alice = await server.as();
    const [chatId, artifactId] = [await newChatOf(alice), await newArtifactOf(alice)];
    await send(alice, chatId, LONG);
    const run = { requestId: uuidv7(), chatId, messages: [saying("echo run")], multitaskStrategy: ENQUEUE };
    const started = await alice.inference.startRun(run);
    expect(started.run?.state).toBe(RunState.QUEUED);
    expect(await alice.inference.startRun(run)).toEqual(started);
    const ensured = await alice.chatCommands.ensureChatForArtifactAndSendMessage({
      artifactId,
      chatId,
      message: saying("echo ensured"),
      requestId: uuidv7(),
      multitaskStrategy: ENQUEUE,
    });
    expect((await chatOf(alice, chatId))?.waitingRunIds).toEqual([started.run?.runId, ensured.runId]);
    const generated = {
      ...run,
      requestId: uuidv7(),
      multitaskStrategy: INTERRUPT,
      messages: [saying("echo now")],
    };
    let text = "";
    for await (const { frame } of alice.inference.generate({ run: generated }))
      if (frame?.frame.case === "textDelta") text += frame.frame.value.text;
    expect(text).toBe("now");
    const alone = { requestId: uuidv7(), messages: [saying("echo alone")], multitaskStrategy: ENQUEUE };
    expect(await refusalOf(alice.inference.startRun(alone))).toMatchObject({ reason: "SCHEMA_VIOLATION" });
  });
});

/** What happened in a chat since a checkpoint, up to the answer of a run. */
async function updatesOf(caller: Caller, chatId: string, checkpointToken: string, runId: string) {
  const seen: unknown[][] = [];
  for await (const { update } of caller.chatQueries.streamChatUpdates({ chatId, checkpointToken })) {
    if (update.case === "turnWithdrawn") seen.push([update.case, update.value.runId, update.value.ended]);
    if (update.case !== "message") continue;
    seen.push([update.case, update.value.runId]);
    if (update.value.runId === runId && update.value.answerState !== 0) break;
  }
  return seen;
}

import { AnswerState, MessageRole, MultitaskStrategy } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import {
  CreateChatRequestSchema,
  SendMessageRequestSchema,
} from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { CancelRunRequestSchema } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createChat } from "../chat/create-chat.ts";
import { listMessages } from "../chat/message-store.ts";
import { openRuns } from "../chat/open-turns.ts";
import { sendMessage } from "../chat/send-message.ts";
import { findChat } from "../chat/store.ts";
import type { RunLoop } from "../execution/run-loop.ts";
import { forEachDatabase } from "../testing/databases.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { cancelRun } from "./cancel-run.ts";
import { createChatRuns } from "./chat-runs.ts";
import { hasEnded } from "./run.ts";
import { findRun } from "./store.ts";

const { REJECT, ENQUEUE, INTERRUPT, ROLLBACK } = MultitaskStrategy;

forEachDatabase((opened) => {
  let slices: TestSlices;
  let loops: RunLoop[];
  beforeAll(async () => {
    slices = await openTestSlices({ database: opened().database, offlineTokensPerSecond: 200 });
    loops = ["one", "two"].map((executorId) => slices.startLoop({ executorId }));
  });
  afterAll(async () => {
    await Promise.all(loops.map((loop) => loop.stop(0)));
    await slices.close();
  });

  const alice = actorOf();
  const reader = () => slices.database.reader(alice.tenantId);
  const deps = () => ({ ...slices, runs: createChatRuns(slices) });

  async function newChat(agentId = ""): Promise<string> {
    return (await createChat(deps(), alice, create(CreateChatRequestSchema, { agentId }))).chat?.chatId ?? "";
  }

  async function send(chatId: string, text: string, multitaskStrategy: MultitaskStrategy): Promise<string> {
    const message = { parts: [{ kind: { case: "text" as const, value: { text } } }] };
    const given = { chatId, message, requestId: uuidv7(), multitaskStrategy };
    return (await sendMessage(deps(), alice, create(SendMessageRequestSchema, given))).runId;
  }

  async function untilQuiet(chatId: string): Promise<void> {
    for (;;) {
      const chat = await findChat(reader(), chatId);
      if (chat && openRuns(chat).length === 0) return;
      await sleep(5);
    }
  }

  const messagesOf = (chatId: string, withdrawn = false) =>
    listMessages(reader(), chatId, { after: undefined, limit: 500, newestFirst: false, withdrawn });

  /** True of every chat that is quiet again, whatever was sent how. */
  async function expectWhole(chatId: string, runIds: readonly string[]): Promise<void> {
    const all = await messagesOf(chatId, true);
    for (const runId of runIds) {
      const own = all.filter((message) => message.runId === runId);
      expect(own.map(({ role }) => role)).toEqual([MessageRole.USER, MessageRole.ASSISTANT]);
      expect(new Set(own.map(({ turn, withdrawn }) => `${turn} ${withdrawn}`)).size).toBe(1);
      const run = await findRun(reader(), runId);
      expect(run && hasEnded(run)).toBe(true);
      expect(await slices.budget.reservedFor(reader(), runId)).toBe(0);
    }
    expect((await findChat(reader(), chatId))?.messageCount).toBe((await messagesOf(chatId)).length);
  }

  const completeOf = async (chatId: string) =>
    (await messagesOf(chatId, true))
      .filter(({ answerState }) => answerState === AnswerState.COMPLETE)
      .map(({ runId }) => runId);

  /** The run of the last message of a person. */
  const lastOf = async (chatId: string) =>
    (await messagesOf(chatId)).findLast(({ role }) => role === MessageRole.USER)?.runId;

  describe("many messages at once, while an answer is written", () => {
    it("that reject: none is taken", async () => {
      const chatId = await newChat();
      const active = await send(chatId, "count to 30", REJECT);
      const sends = await Promise.allSettled(
        Array.from({ length: 8 }, () => send(chatId, "echo no", REJECT)),
      );
      expect(sends.every(({ status }) => status === "rejected")).toBe(true);
      await untilQuiet(chatId);
      await expectWhole(chatId, [active]);
    });

    it("that wait: all are answered in the order of their messages", async () => {
      const chatId = await newChat();
      const active = await send(chatId, "count to 10", REJECT);
      const waiting = await Promise.all(
        Array.from({ length: 8 }, (_, i) => send(chatId, `echo ${i}`, ENQUEUE)),
      );
      await untilQuiet(chatId);
      await expectWhole(chatId, [active, ...waiting]);
      const all = await messagesOf(chatId);
      const order = (role: MessageRole) => all.filter((m) => m.role === role).map(({ runId }) => runId);
      expect(order(MessageRole.ASSISTANT)).toEqual(order(MessageRole.USER));
      expect(all.every(({ answerState }) => answerState === 0 || answerState === AnswerState.COMPLETE)).toBe(
        true,
      );
    });

    // Without the lock of lockTurns, and what is read again under it, most of them fail with CONTENTION.
    it.each([
      ["interrupt", INTERRUPT],
      ["roll back", ROLLBACK],
    ])("that %s: only the last is answered", async (_, strategy) => {
      const chatId = await newChat();
      const active = await send(chatId, "count to 300", REJECT);
      const sends = await Promise.all(
        Array.from({ length: 8 }, (_x, i) => send(chatId, `count to 4${i}`, strategy)),
      );
      await untilQuiet(chatId);
      await expectWhole(chatId, [active, ...sends]);
      expect(await completeOf(chatId)).toEqual([await lastOf(chatId)]);
      expect(await messagesOf(chatId)).toHaveLength(strategy === ROLLBACK ? 2 : 18);
    });

    // There is no lease to lock: the versions of the streams decide who was first.
    it("that interrupt a question: it ends, and only the last is answered", async () => {
      for (let round = 0; round < 5; round += 1) {
        const chatId = await newChat("tools");
        const asking = await send(chatId, "ask me something", REJECT);
        while ((await findRun(reader(), asking))?.state !== RunState.INTERRUPTED) await sleep(2);
        const sends = await Promise.all(
          Array.from({ length: 6 }, () => send(chatId, "count to 40", INTERRUPT)),
        );
        await untilQuiet(chatId);
        await expectWhole(chatId, [asking, ...sends]);
        expect(await completeOf(chatId)).toEqual([await lastOf(chatId)]);
      }
    });

    it("of every kind, with some taken out: each has one answer, and nothing is held any more", async () => {
      const chatId = await newChat();
      const strategies = [ENQUEUE, INTERRUPT, ROLLBACK, ENQUEUE, REJECT];
      const runIds: string[] = [];
      for (let round = 0; round < 6; round += 1) {
        const sent = await Promise.allSettled(
          Array.from({ length: 6 }, (_, i) =>
            send(chatId, "count to 8", strategies[(round + i) % strategies.length] ?? ENQUEUE),
          ),
        );
        for (const one of sent) if (one.status === "fulfilled") runIds.push(one.value);
        const refused = sent.flatMap((one) => (one.status === "rejected" ? [String(one.reason)] : []));
        expect(
          refused.filter((reason) => !/still being written|too many messages wait/.test(reason)),
        ).toEqual([]);
        const cancelled = runIds.filter((_, i) => i % 3 === round % 3).slice(-3);
        await Promise.all(
          cancelled.map((runId) => cancelRun(slices, alice, create(CancelRunRequestSchema, { runId }))),
        );
        await sleep(round * 15);
      }
      await untilQuiet(chatId);
      await expectWhole(chatId, runIds);
    });
  });
});

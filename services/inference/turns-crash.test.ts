import { AnswerState, MultitaskStrategy } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import {
  CreateChatRequestSchema,
  SendMessageRequestSchema,
} from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { create } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createChat } from "../chat/create-chat.ts";
import { listMessages } from "../chat/message-store.ts";
import { sendMessage } from "../chat/send-message.ts";
import { findChat } from "../chat/store.ts";
import { crashingAt, crashMoments } from "../testing/crashing-database.ts";
import { forEachDatabase } from "../testing/databases.ts";
import { textOf } from "../testing/run-line.ts";
import { startRunLoop } from "../execution/run-loop.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { createChatRuns } from "./chat-runs.ts";
import { releaseLeases } from "./lease-store.ts";

forEachDatabase((opened) => {
  let slices: TestSlices;
  beforeAll(async () => {
    slices = await openTestSlices({ database: opened().database });
  });
  afterAll(() => slices.close());

  const alice = actorOf();
  const reader = () => slices.database.reader(alice.tenantId);
  const deps = () => ({ ...slices, runs: createChatRuns(slices) });

  async function send(chatId: string, text: string): Promise<string> {
    const message = { parts: [{ kind: { case: "text" as const, value: { text } } }] };
    const given = { chatId, message, requestId: uuidv7(), multitaskStrategy: MultitaskStrategy.ENQUEUE };
    return (await sendMessage(deps(), alice, create(SendMessageRequestSchema, given))).runId;
  }

  async function untilQuiet(chatId: string): Promise<void> {
    while ((await findChat(reader(), chatId))?.activeRunId !== "")
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  describe("messages that wait, and an executor that dies", () => {
    // The next turn begins in the transaction that ends the one before; started after it, moments here never end.
    it.each(crashMoments(10))(
      "at its %s. store, %s it took effect, are all answered once and in order",
      async (n, moment) => {
        const { chat } = await createChat(deps(), alice, create(CreateChatRequestSchema, {}));
        const chatId = chat?.chatId ?? "";
        const runs = [
          await send(chatId, "echo 1"),
          await send(chatId, "echo 2"),
          await send(chatId, "echo 3"),
        ];
        const crashing = crashingAt(slices.database, n, moment);
        const { loopDeps } = slices;
        startRunLoop({ ...loopDeps, database: crashing.database, executorId: "dies", concurrency: 1 });
        await crashing.crashed;
        await slices.database.systemTransaction((tx) => releaseLeases(tx, "dies"));
        const next = slices.startLoop({ executorId: uuidv7() });
        await untilQuiet(chatId);
        await next.stop(0);
        const all = await listMessages(reader(), chatId, { after: undefined, limit: 20, newestFirst: false });
        const answers = all.filter(({ answerState }) => answerState === AnswerState.COMPLETE);
        expect(answers.map(({ runId, parts }) => [runId, textOf(parts)])).toEqual(
          runs.map((runId, i) => [runId, String(i + 1)]),
        );
        expect(all).toHaveLength(6);
        for (const runId of runs) expect(await slices.budget.reservedFor(reader(), runId)).toBe(0);
      },
    );
  });
});

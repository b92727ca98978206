import { AnswerState, MessageRole } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const text = (value: string) => ({ parts: [{ kind: { case: "text" as const, value: { text: value } } }] });

it("a message is answered, frame by frame, and the answer is stored as it was streamed", async () => {
  const alice = await server.as();
  const { chat } = await alice.chatCommands.createChat({});
  const chatId = chat?.chatId ?? "";
  const { runId } = await alice.chatCommands.sendMessage({
    chatId,
    message: text("echo the quick brown fox"),
    requestId: crypto.randomUUID(),
  });
  let streamed = "";
  let ended: RunState | undefined;
  for await (const { frame } of alice.inference.watchRun({ runId })) {
    if (frame?.frame.case === "textDelta") streamed += frame.frame.value.text;
    if (frame?.frame.case === "status") ended = frame.frame.value.state;
  }
  expect(ended).toBe(RunState.COMPLETED);
  const { messages } = await alice.chatQueries.getMessages({ chatId });
  expect(messages.map((m) => m.role)).toEqual([MessageRole.USER, MessageRole.ASSISTANT]);
  expect(messages[1]?.answerState).toBe(AnswerState.COMPLETE);
  expect(messages[1]?.parts[0]?.kind.value).toMatchObject({ text: streamed });
  expect(streamed).toContain("the quick brown fox");
});

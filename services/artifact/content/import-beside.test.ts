import { afterAll, beforeAll, expect, it } from "vitest";
import { bigBpmn } from "../../testing/big-bpmn.ts";
import { imported, uploaded } from "../../testing/content-files.ts";
import { newChatOf } from "../../testing/messages.ts";
import { startTestServer, type TestServer } from "../../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

// Parsed in the server's own thread, nobody would be answered at stage 2; found rows all at once, few at stage 3.
it("while a large file is imported, others are answered at every stage", async () => {
  const [alice, bob] = [await server.as(), await server.as()];
  const chatId = await newChatOf(bob);
  const file = bigBpmn(4_000_000);
  const uploadId = await uploaded(alice, file, { name: "big.bpmn" });
  const answered = new Map<number, number>();
  let stage = 0;
  const over = new AbortController();
  const asking = (async () => {
    while (!over.signal.aborted) {
      await bob.chatQueries.getChat({ chatId });
      answered.set(stage, (answered.get(stage) ?? 0) + 1);
    }
  })();
  const result = await imported(alice, { uploadId }, (progress) => {
    stage = progress.stage;
  });
  over.abort();
  await asking;
  expect(result.content?.elementCount).toBeGreaterThan(5000);
  expect(answered.get(2)).toBeGreaterThan(20);
  expect(answered.get(3)).toBeGreaterThan(20);
}, 120_000);

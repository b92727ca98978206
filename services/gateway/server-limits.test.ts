import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, expect, it } from "vitest";
import { refusalOf } from "../testing/refusal.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    RATE_USER_PER_MINUTE: "2",
    RATE_USER_READS_PER_MINUTE: "8",
    STREAMS_PER_USER: "1",
  });
}, 120_000);
afterAll(() => server.stop());

// Fails when the gateway role does not hand its limits to the gateway.
it("the server limits its callers as it is told to", async () => {
  const alice = await server.as();
  const { chat } = await alice.chatCommands.createChat({ requestId: uuidv7() });
  await alice.chatCommands.createChat({ requestId: uuidv7() });
  const refused = await refusalOf(alice.chatCommands.createChat({ requestId: uuidv7() }));
  expect(refused).toMatchObject({ reason: "RATE_LIMITED", metadata: { scope: "user", limit: "2" } });

  const chatId = chat?.chatId ?? "";
  await alice.chatQueries.getChat({ chatId });
  const open = () => alice.chatQueries.streamChatUpdates({ chatId })[Symbol.asyncIterator]();
  const first = open();
  await first.next();
  expect(await refusalOf(open().next())).toMatchObject({ reason: "TOO_MANY_STREAMS" });
  await first.return?.();

  const bob = await alice.colleague("editor");
  await bob.chatCommands.createChat({ requestId: uuidv7() });
});

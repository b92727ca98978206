import { connect } from "node:http2";
import { ConnectError } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { mintChat } from "../testing/sample-world.ts";
import { startTestServer } from "../testing/test-server.ts";

it("a server that goes down sends its readers elsewhere at once, each in its own way", async () => {
  // Slow enough that the run takes all the grace: no connection may wait for it.
  const server = await startTestServer({ OFFLINE_TOKENS_PER_SECOND: "5", SHUTDOWN_SECONDS: "4" });
  const alice = await server.as({ roles: ["admin"] });
  const { chatId, artifactId } = await mintChat(alice);
  const session = connect(server.baseUrl);
  const goaway = new Promise((resolve) => {
    session.once("goaway", resolve);
  });
  const closed = new Promise((resolve) => {
    session.once("close", resolve);
  });
  const opened = new Set<string>();
  const read = async (name: string, stream: AsyncIterable<unknown>) => {
    let last: unknown;
    try {
      for await (const message of stream) {
        opened.add(name);
        last = message;
      }
      return last;
    } catch (error) {
      return ConnectError.from(error).rawMessage;
    }
  };
  const words = Array.from({ length: 200 }, (_, n) => `word${n}`).join(" ");
  const messages = [{ parts: [{ kind: { case: "text" as const, value: { text: `echo ${words}` } } }] }];
  const reading = Promise.all([
    read("chat", alice.chatQueries.streamChatUpdates({ chatId })),
    read("artifact", alice.artifactQueries.streamArtifactUpdates({ artifactId })),
    read("run", alice.inference.generate({ run: { requestId: uuidv7(), messages } })),
  ]);
  const batch = alice.inference
    .generateBatch({ requestId: uuidv7(), items: [{ messages }] })
    .catch(ConnectError.from);
  await expect.poll(() => opened.size, { timeout: 5000 }).toBe(3);
  let isDown = false;
  const down = server.shutDown().then(() => (isDown = true));
  const [chat, artifact, run] = await reading;
  expect([chat, artifact]).toEqual(
    Array.from({ length: 2 }, () => "the server is shutting down; call again"),
  );
  expect(run).toMatchObject({ frame: { frame: { case: "reconnect" } } });
  expect(await batch).toMatchObject({ rawMessage: "the server is shutting down; call again" });
  expect(await goaway).toBe(0);
  await closed;
  expect(isDown).toBe(false);
  await expect(fetch(`${server.baseUrl}/healthz`)).rejects.toThrow("fetch failed");
  await down;
  await server.stop();
});

import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, expect, it } from "vitest";
import { jwtAttacks } from "../testing/jwt-attacks.ts";
import { mintChat } from "../testing/sample-world.ts";
import { startTestServer, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const SEND = "/ameide.chat.v1.ChatCommandService/SendMessage";
const GENERATE = "/ameide.inference.v1.InferenceService/StartRun";

// Seen to fail when a token's type is not looked at in verify-token.ts.
it("no attack on the token starts work, and all are answered alike", async () => {
  const alice = await server.as({ roles: ["admin"] });
  const { chatId } = await mintChat(alice);
  const message = { parts: [{ text: { text: "echo hello" } }] };
  const bodies: [string, object][] = [
    [SEND, { chatId, message, requestId: uuidv7() }],
    [GENERATE, { messages: [message], requestId: uuidv7() }],
  ];
  const answers = new Set<string>();
  for (const token of Object.values(await jwtAttacks(server.issuer, alice)))
    for (const [path, body] of bodies) {
      const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
      const response = await fetch(`${server.baseUrl}${path}`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      const length = response.headers.get("content-length");
      answers.add(`${response.status} ${length} ${await response.text()}`);
    }
  expect([...answers]).toEqual([
    expect.stringMatching(/^401 .*"code":"unauthenticated".*"reason":"UNAUTHENTICATED"/),
  ]);
  const { chat } = await alice.chatQueries.getChat({ chatId });
  expect(chat).toMatchObject({ messageCount: 0, version: 2n, activeRunId: "" });
  expect((await alice.inference.listRuns({})).runs).toEqual([]);
  const { budgets } = await alice.budgets.getBudget({});
  expect(budgets.map((budget) => budget.reservedMicros + budget.usedMicros)).toEqual([0n, 0n]);
});

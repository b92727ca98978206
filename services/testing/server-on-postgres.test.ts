import { MessageRole } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newPostgresDatabase } from "./postgres-for-tests.ts";
import { available } from "./requirements.ts";
import { startTestServer, type Caller, type TestServer } from "./test-server.ts";

const message = (value: string) => ({ parts: [{ kind: { case: "text" as const, value: { text: value } } }] });

describe.skipIf(!available("postgres"))("the server with DATABASE_URL", () => {
  let env: Record<string, string>;
  let server: TestServer;
  beforeAll(async () => {
    const url = await newPostgresDatabase({ migrated: false });
    env = {
      DATABASE_URL: url,
      DATABASE_POOL_SIZE: "4",
      TOKEN_SECRET: "one secret for all servers, 32 or more",
    };
    server = await startTestServer(env);
  });
  afterAll(() => server.stop());

  async function turn(caller: Caller, chatId: string, text: string) {
    const requestId = crypto.randomUUID();
    const { runId } = await caller.chatCommands.sendMessage({ chatId, message: message(text), requestId });
    let streamed = "";
    let ended: RunState | undefined;
    for await (const { frame } of caller.inference.watchRun({ runId })) {
      if (frame?.frame.case === "textDelta") streamed += frame.frame.value.text;
      if (frame?.frame.case === "status") ended = frame.frame.value.state;
    }
    return { streamed, ended };
  }

  it("answers a message, finds the chat by its words and shows it to no other tenant", async () => {
    const [alice, carol] = [await server.as(), await server.as()];
    const { chat } = await alice.chatCommands.createChat({ requestId: crypto.randomUUID() });
    const chatId = chat?.chatId ?? "";
    const { streamed, ended } = await turn(alice, chatId, "echo the quick brown fox");
    expect(ended).toBe(RunState.COMPLETED);
    const { messages } = await alice.chatQueries.getMessages({ chatId });
    expect(messages.map(({ role }) => role)).toEqual([MessageRole.USER, MessageRole.ASSISTANT]);
    expect(messages[1]?.parts[0]?.kind.value).toMatchObject({ text: streamed });
    const found = await alice.chatQueries.searchChats({ query: "brown fox" });
    expect(found.chats.map((hit) => hit.chatId)).toEqual([chatId]);
    expect((await carol.chatQueries.searchChats({ query: "brown fox" })).chats).toEqual([]);
    await expect(carol.chatQueries.getChat({ chatId })).rejects.toThrow("not_found");
  });

  it("takes forty turns of many tenants over four connections", async () => {
    const turns = Array.from({ length: 40 }, async (_, i) => {
      const caller = await server.as();
      const { chat } = await caller.chatCommands.createChat({});
      const { streamed } = await turn(caller, chat?.chatId ?? "", `echo number ${i}`);
      return streamed.includes(`number ${i}`);
    });
    expect(await Promise.all(turns)).toEqual(turns.map(() => true));
  });

  it("started again on the same database keeps what was said", async () => {
    const alice = await server.as();
    const { chat } = await alice.chatCommands.createChat({ title: "Kept" });
    await server.stop();
    server = await startTestServer(env);
    const again = await server.as(alice);
    const kept = await again.chatQueries.getChat({ chatId: chat?.chatId ?? "" });
    expect(kept.chat?.title).toBe("Kept");
  });
});

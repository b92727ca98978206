import { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { ChatVisibility, MessageRole } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metadataOf, reasonOf } from "../../sdk/ts/src/index.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
let alice: Caller;
beforeAll(async () => {
  server = await startTestServer();
  alice = await server.as({ teams: ["architecture"] });
});
afterAll(() => server.stop());

const { PRIVATE, TEAM, TENANT } = ChatVisibility;
const saying = (text: string) => ({ parts: [{ kind: { case: "text" as const, value: { text } } }] });
const refused = (work: Promise<unknown>) => work.then(() => "none", reasonOf);
const requestId = () => crypto.randomUUID();

async function newChat(caller = alice, fields = {}) {
  const { chat } = await caller.chatCommands.createChat(fields);
  if (!chat) throw new Error("no chat");
  return chat;
}

async function newArtifact(title = "Order handling"): Promise<string> {
  const { artifact } = await alice.artifactCommands.createArtifact({ title, kind: "bpmn::process" });
  return artifact?.artifactId ?? "";
}

async function answered(chatId: string, text: string): Promise<string> {
  const sent = await alice.chatCommands.sendMessage({
    chatId,
    message: saying(text),
    requestId: requestId(),
  });
  await readInto(createRunLine(), alice.inference.watchRun({ runId: sent.runId }));
  return sent.runId;
}

const chatOf = async (chatId: string, caller = alice) => (await caller.chatQueries.getChat({ chatId })).chat;

describe("creating a chat", () => {
  it("makes it private, of the default agent and with what was noted on it", async () => {
    const metadata = { labels: { area: "sales" }, description: "d", tags: ["a", "b"] };
    const chat = await newChat(alice, { title: "Sales", metadata });
    expect(chat).toMatchObject({
      title: "Sales",
      userId: alice.userId,
      visibility: PRIVATE,
      agentId: "simple-chat",
      version: 1n,
      metadata,
      messageCount: 0,
      activeRunId: "",
    });
    expect(await chatOf(chat.chatId)).toEqual(chat);
  });

  it("links an artifact at once, and refuses an agent or artifact that is not there", async () => {
    const artifactId = await newArtifact();
    const chat = await newChat(alice, { artifactId });
    const { artifacts } = await alice.chatQueries.getChatArtifacts({ chatId: chat.chatId });
    expect(artifacts).toMatchObject([
      { artifactId, title: "Order handling", kind: "bpmn::process", relationType: RelationType.REFERENCED },
    ]);
    expect(await refused(newChat(alice, { agentId: "nobody" }))).toBe("AGENT_NOT_FOUND");
    expect(await refused(newChat(alice, { artifactId: uuidv7() }))).toBe("ARTIFACT_NOT_FOUND");
  });
});

describe("sending a message", () => {
  it("stores it, titles the chat by it, and takes no other until it is answered", async () => {
    const { chatId } = await newChat();
    const text = `echo ${"😀".repeat(100)}\nsecond line`;
    const sent = await alice.chatCommands.sendMessage({
      chatId,
      message: saying(text),
      requestId: requestId(),
    });
    expect(sent.message).toMatchObject({
      chatId,
      role: MessageRole.USER,
      userId: alice.userId,
      runId: sent.runId,
      version: 2n,
    });
    const { title = "" } = (await chatOf(chatId)) ?? {};
    expect([...title]).toHaveLength(80);
    expect(title.endsWith("😀…")).toBe(true);
    await readInto(createRunLine(), alice.inference.watchRun({ runId: sent.runId }));
    const { messages, totalCount } = await alice.chatQueries.getMessages({ chatId });
    expect(messages.map(({ version }) => version)).toEqual([2n, 3n]);
    expect(totalCount).toBe(2);
  });

  it("while an answer is written is refused with its run", async () => {
    const { chatId } = await newChat();
    const many = Array.from({ length: 8 }, (_, i) =>
      alice.chatCommands
        .sendMessage({ chatId, message: saying(`count to 50${i}`), requestId: requestId() })
        .then(
          ({ runId }) => ({ runId, error: undefined }),
          (error: unknown) => ({ runId: "", error }),
        ),
    );
    const results = await Promise.all(many);
    const sent = results.filter(({ runId }) => runId !== "");
    const reasons = results.flatMap(({ error }) => (error ? [reasonOf(error)] : []));
    expect(new Set(reasons)).toEqual(new Set(["RUN_ACTIVE"]));
    expect(sent.map(({ runId }) => runId)).toContain(
      metadataOf(results.find(({ error }) => error)?.error)?.["run_id"],
    );
    const { messages } = await alice.chatQueries.getMessages({ chatId });
    expect(messages.filter(({ role }) => role === MessageRole.USER)).toHaveLength(sent.length);
  });
});

describe("ensure and send", () => {
  const ensure = (fields: { artifactId: string; chatId?: string }) =>
    alice.chatCommands.ensureChatForArtifactAndSendMessage({
      ...fields,
      message: saying("echo hi"),
      requestId: requestId(),
    });

  it("makes a chat about the artifact, or uses the one that is given and leaves a stronger link alone", async () => {
    const artifactId = await newArtifact("Ör😀".repeat(50));
    const made = await ensure({ artifactId });
    expect(made).toMatchObject({
      chatCreated: true,
      persistedMessage: { artifactId, role: MessageRole.USER },
    });
    expect((await chatOf(made.chatId))?.title).toMatch(/^About Ör😀/);
    const { chatId } = await newChat();
    await alice.chatCommands.associateArtifact({ chatId, artifactId, relationType: RelationType.CREATED });
    const used = await ensure({ artifactId, chatId });
    expect(used).toMatchObject({ chatCreated: false, chatId });
    const { artifacts } = await alice.chatQueries.getChatArtifacts({ chatId });
    expect(artifacts.map(({ relationType }) => relationType)).toEqual([RelationType.CREATED]);
  });

  it("stores nothing when the artifact or the chat is not there", async () => {
    const before = await alice.chatQueries.listChats({});
    expect(await refused(ensure({ artifactId: uuidv7() }))).toBe("ARTIFACT_NOT_FOUND");
    expect(await refused(ensure({ artifactId: await newArtifact(), chatId: uuidv7() }))).toBe(
      "CHAT_NOT_FOUND",
    );
    expect((await alice.chatQueries.listChats({})).totalCount).toBe(before.totalCount);
  });
});

describe("changing a chat", () => {
  it("goes by the version that was read: a stale etag is refused with both", async () => {
    const chat = await newChat();
    const { chatId, etag } = chat;
    const renamed = await alice.chatCommands.updateChatTitle({ chatId, title: "New", etag });
    expect(renamed.chat).toMatchObject({ title: "New", version: 2n });
    const stale: unknown = await alice.chatCommands
      .updateChatTitle({ chatId, title: "Newer", etag })
      .catch((e: unknown) => e);
    expect(reasonOf(stale)).toBe("VERSION_MISMATCH");
    expect(metadataOf(stale)).toEqual({ expected: etag, actual: renamed.chat?.etag });
    expect(await refused(alice.chatCommands.deleteChat({ chatId, etag }))).toBe("VERSION_MISMATCH");
    expect(await refused(alice.chatCommands.updateVisibility({ chatId, visibility: TENANT, etag }))).toBe(
      "VERSION_MISMATCH",
    );
    expect(await alice.chatCommands.updateChatTitle({ chatId, title: "New" })).toEqual(renamed);
  });

  it("is for its creator and for admins who may read it; for others it is not there", async () => {
    const { chatId } = await newChat();
    const bob = await alice.colleague("editor");
    const admin = await alice.colleague("admin");
    const changes = (caller: Caller) => [
      caller.chatCommands.updateChatTitle({ chatId, title: "Mine" }),
      caller.chatCommands.updateVisibility({ chatId, visibility: TENANT }),
      caller.chatCommands.deleteChat({ chatId }),
    ];
    for (const other of [bob, admin]) {
      for (const reason of await Promise.all(changes(other).map(refused)))
        expect(reason).toBe("CHAT_NOT_FOUND");
    }
    await alice.chatCommands.updateVisibility({ chatId, visibility: TENANT });
    for (const reason of await Promise.all(changes(bob).map(refused))) expect(reason).toBe("CHAT_NOT_FOUND");
    expect((await admin.chatCommands.updateChatTitle({ chatId, title: "Tidy" })).chat?.title).toBe("Tidy");
  });
});

describe("sharing a chat", () => {
  it("with the team reaches those who share one, with the tenant everybody in it, and nobody else", async () => {
    const { chatId } = await newChat();
    const { tenantId } = alice;
    const mate = await server.as({ tenantId, teams: ["sales", "architecture"] });
    const other = await server.as({ tenantId, teams: ["sales"] });
    const stranger = await server.as({ teams: ["architecture"] });
    const readers = async () => {
      const all = await Promise.all(
        [mate, other, stranger].map((caller) => refused(caller.chatQueries.getChat({ chatId }))),
      );
      return all.map((reason) => reason === "none");
    };
    expect(await readers()).toEqual([false, false, false]);
    await alice.chatCommands.updateVisibility({ chatId, visibility: TEAM });
    expect(await readers()).toEqual([true, false, false]);
    await alice.chatCommands.updateVisibility({ chatId, visibility: TENANT });
    expect(await readers()).toEqual([true, true, false]);
    const { message } = await other.chatCommands.sendMessage({
      chatId,
      message: saying("echo me too"),
      requestId: requestId(),
    });
    expect(message?.userId).toBe(other.userId);
    await alice.chatCommands.updateVisibility({ chatId, visibility: PRIVATE });
    expect(await readers()).toEqual([false, false, false]);
  });
});

describe("deleting a chat", () => {
  it("takes it from every list and read, for good", async () => {
    const artifactId = await newArtifact();
    const { chatId } = await newChat(alice, { artifactId, title: "Doomed" });
    await answered(chatId, "echo unforgettable");
    await alice.chatCommands.deleteChat({ chatId });
    const reads = [
      alice.chatQueries.getChat({ chatId }),
      alice.chatQueries.getMessages({ chatId }),
      alice.chatQueries.getChatArtifacts({ chatId }),
      alice.chatCommands.deleteChat({ chatId }),
      alice.chatCommands.sendMessage({ chatId, message: saying("hi"), requestId: requestId() }),
      alice.chatCommands.associateArtifact({ chatId, artifactId }),
      alice.artifactCommands.dissociateChat({ chatId, artifactId }),
    ];
    for (const reason of await Promise.all(reads.map(refused))) expect(reason).toBe("CHAT_NOT_FOUND");
    expect((await alice.chatQueries.searchChats({ query: "unforgettable" })).totalCount).toBe(0);
    expect((await alice.chatQueries.listChats({ pageSize: 100 })).chats.map((c) => c.chatId)).not.toContain(
      chatId,
    );
    expect((await alice.artifactQueries.getArtifactChats({ artifactId })).chats).toEqual([]);
  });
});

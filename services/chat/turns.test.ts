import {
  AnswerState,
  ChatMessageSchema,
  type ChatMessageInputSchema,
  ChatVisibility,
  MessageRole,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { toJson, type MessageInitShape } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newArtifactOf, newChatOf, saying, untilRunEnds } from "../testing/messages.ts";
import { refusalOf, refusalsOf } from "../testing/refusal.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ OFFLINE_TOKENS_PER_SECOND: "20" });
});
afterAll(() => server.stop());

const { TEAM, TENANT, PRIVATE } = ChatVisibility;
/** An answer that lasts ten seconds, unless somebody stops it. */
const LONG = saying("count to 200");

const chatOf = async (caller: Caller, chatId: string) => (await caller.chatQueries.getChat({ chatId })).chat;
const sendLong = (caller: Caller, chatId: string) =>
  caller.chatCommands.sendMessage({ chatId, message: LONG, requestId: uuidv7() });

interface Ensured {
  artifactId: string;
  chatId?: string;
  message?: MessageInitShape<typeof ChatMessageInputSchema>;
  visibility?: ChatVisibility;
  agentId?: string;
}

const ensure = (caller: Caller, fields: Ensured) =>
  caller.chatCommands.ensureChatForArtifactAndSendMessage({
    message: saying("echo hello"),
    requestId: uuidv7(),
    ...fields,
  });

describe("while an answer is being written", () => {
  it("a chat says by which run, and takes no message by any way; a refused one leaves nothing", async () => {
    const alice = await server.as();
    const bob = await alice.colleague("reviewer");
    const [chatId, artifactId] = [await newChatOf(alice, { visibility: TENANT }), await newArtifactOf(alice)];
    const { runId, message } = await sendLong(alice, chatId);
    expect(message).toMatchObject({ runId, role: MessageRole.USER, version: 2n });
    const during = await chatOf(alice, chatId);
    expect(during).toMatchObject({ activeRunId: runId, messageCount: 1, version: 2n, title: "count to 200" });
    for (const refusal of await refusalsOf(
      sendLong(alice, chatId),
      sendLong(bob, chatId),
      ensure(alice, { artifactId, chatId }),
    )) {
      expect(refusal).toEqual({
        code: "FailedPrecondition",
        reason: "RUN_ACTIVE",
        metadata: { run_id: runId, chat_id: chatId },
      });
    }
    expect(await chatOf(alice, chatId)).toEqual(during);
    expect((await alice.chatQueries.getChatArtifacts({ chatId })).artifacts).toEqual([]);
    expect((await alice.artifactQueries.getArtifact({ artifactId })).artifact?.version).toBe(1n);
    await alice.inference.cancelRun({ runId });
    await untilRunEnds(alice, runId);
    const { messages } = await alice.chatQueries.getMessages({ chatId });
    expect(messages.map(({ answerState }) => answerState)).toEqual([
      AnswerState.UNSPECIFIED,
      AnswerState.CANCELLED,
    ]);
    expect(await chatOf(alice, chatId)).toMatchObject({ activeRunId: "", messageCount: 2, version: 3n });
    expect(await ensure(alice, { artifactId, chatId })).toMatchObject({ chatCreated: false });
  });

  it("a chat may be renamed, shared and linked, and the answer still finds its place", async () => {
    const alice = await server.as();
    const [chatId, artifactId] = [await newChatOf(alice), await newArtifactOf(alice)];
    const { runId } = await sendLong(alice, chatId);
    await alice.chatCommands.updateChatTitle({ chatId, title: "Numbers" });
    await alice.chatCommands.updateVisibility({ chatId, visibility: TENANT });
    await alice.chatCommands.associateArtifact({ chatId, artifactId });
    expect(await chatOf(alice, chatId)).toMatchObject({ activeRunId: runId, version: 5n });
    await alice.inference.cancelRun({ runId });
    await untilRunEnds(alice, runId);
    const { messages } = await alice.chatQueries.getMessages({ chatId });
    expect(messages.map(({ runId: of, version }) => [of, version])).toEqual([
      [runId, 2n],
      [runId, 6n],
    ]);
    expect(await chatOf(alice, chatId)).toMatchObject({ title: "Numbers", activeRunId: "" });
  });

  it("a chat may be deleted once; the request that did so may be repeated", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    const { runId } = await sendLong(alice, chatId);
    const requestId = uuidv7();
    const first = await alice.chatCommands.deleteChat({ chatId, requestId });
    await untilRunEnds(alice, runId);
    expect(await alice.chatCommands.deleteChat({ chatId, requestId })).toEqual(first);
    expect(await refusalOf(alice.chatCommands.deleteChat({ chatId }))).toEqual({
      code: "NotFound",
      reason: "CHAT_NOT_FOUND",
      metadata: { chat_id: chatId },
    });
    const other = { chatId: uuidv7(), requestId };
    expect(await refusalOf(alice.chatCommands.deleteChat(other))).toMatchObject({
      code: "AlreadyExists",
      reason: "REQUEST_ID_REUSED",
    });
  });
});

describe("ensure and send", () => {
  it("makes a chat of the visibility and agent that are asked for, about the artifact", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice, { title: "Orders" });
    const made = await ensure(alice, { artifactId, visibility: TENANT, agentId: "tools" });
    expect(made.persistedMessage).toMatchObject({ artifactId, userId: alice.userId, runId: made.runId });
    expect(await chatOf(alice, made.chatId)).toMatchObject({
      title: "About Orders",
      visibility: TENANT,
      agentId: "tools",
    });
    const plain = await ensure(alice, { artifactId });
    expect(plain.chatId).not.toBe(made.chatId);
    expect(await chatOf(alice, plain.chatId)).toMatchObject({ visibility: PRIVATE, agentId: "simple-chat" });
  });

  it("leaves the visibility and the agent of a chat that there is as they are", async () => {
    const alice = await server.as();
    const [chatId, artifactId] = [await newChatOf(alice), await newArtifactOf(alice)];
    const request = { artifactId, chatId, visibility: TENANT, agentId: "tools" };
    expect(await ensure(alice, request)).toMatchObject({ chatCreated: false, chatId });
    expect(await chatOf(alice, chatId)).toMatchObject({ visibility: PRIVATE, agentId: "simple-chat" });
  });

  it("keeps the artifact that the message itself is about", async () => {
    const alice = await server.as();
    const [artifactId, about] = [await newArtifactOf(alice), await newArtifactOf(alice)];
    const message = { ...saying("echo hello"), artifactId: about };
    const { persistedMessage } = await ensure(alice, { artifactId, message });
    expect(persistedMessage?.artifactId).toBe(about);
  });

  it("makes nothing for an agent or an artifact that is not there", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice);
    const unknown = { ...saying("echo hello"), artifactId: uuidv7() };
    const refusals = await refusalsOf(
      ensure(alice, { artifactId, agentId: "nobody" }),
      ensure(alice, { artifactId, message: unknown }),
    );
    expect(refusals.map(({ reason }) => reason)).toEqual(["AGENT_NOT_FOUND", "ARTIFACT_NOT_FOUND"]);
    expect((await alice.chatQueries.listChats({})).totalCount).toBe(0);
    expect((await alice.artifactQueries.getArtifact({ artifactId })).artifact?.version).toBe(1n);
  });
});

describe("a message", () => {
  it("about an artifact that is not there is not stored", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    const message = { ...saying("echo hello"), artifactId: uuidv7() };
    const call = alice.chatCommands.sendMessage({ chatId, message, requestId: uuidv7() });
    expect(await refusalOf(call)).toMatchObject({ reason: "ARTIFACT_NOT_FOUND" });
    expect(await chatOf(alice, chatId)).toMatchObject({ version: 1n, activeRunId: "" });
  });

  it("is stored as it was sent, every kind of part and attachment", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    const image = { source: { case: "data" as const, value: new Uint8Array([1, 2]) }, mimeType: "image/png" };
    const parts = [
      { kind: { case: "code" as const, value: { language: "sql", content: "SELECT 1" } } },
      { kind: { case: "image" as const, value: image } },
      ...saying("echo\r\nhello").parts,
    ];
    const attachments = [
      {
        attachmentId: "1",
        name: "a.pdf",
        mimeType: "application/pdf",
        uri: "object://a/b.pdf",
        sizeBytes: 7n,
      },
    ];
    const message = { parts, attachments };
    const sent = await alice.chatCommands.sendMessage({ chatId, message, requestId: uuidv7() });
    expect(sent.message).toMatchObject(message);
    await alice.inference.cancelRun({ runId: sent.runId });
    await untilRunEnds(alice, sent.runId);
    const { messages } = await alice.chatQueries.getMessages({ chatId });
    const [stored, answered] = [messages[0], sent.message].map((m) => m && toJson(ChatMessageSchema, m));
    expect(stored).toEqual(answered);
    expect((await chatOf(alice, chatId))?.title).toBe("echo");
  });
});

describe("an admin who shares somebody else's chat with the team", () => {
  it("shares it with the creator's team", async () => {
    const alice = await server.as({ teams: ["red"] });
    const { tenantId } = alice;
    const of = (teams: string[], role: "admin" | "viewer") => server.as({ tenantId, teams, roles: [role] });
    const [admin, red, blue] = [
      await of(["blue"], "admin"),
      await of(["red"], "viewer"),
      await of(["blue"], "viewer"),
    ];
    const chatId = await newChatOf(alice, { visibility: TENANT });
    await admin.chatCommands.updateVisibility({ chatId, visibility: TEAM });
    expect(await chatOf(red, chatId)).toMatchObject({ chatId, visibility: TEAM });
    for (const refusal of await refusalsOf(chatOf(blue, chatId), chatOf(admin, chatId))) {
      expect(refusal).toMatchObject({ reason: "CHAT_NOT_FOUND" });
    }
  });
});

import { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { ChatVisibility } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { CheckpointTokenSchema } from "@ameide/proto-private/ameide/tokens/v1/tokens_pb.js";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, newArtifactOf, newChatOf } from "../testing/messages.ts";
import { refusalOf, refusalsOf } from "../testing/refusal.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";
import { readUpdates } from "../testing/update-reader.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { TEAM, TENANT } = ChatVisibility;

const watchChat = (caller: Caller, chatId: string, checkpointToken = "") =>
  readUpdates((options) => caller.chatQueries.streamChatUpdates({ chatId, checkpointToken }, options));
const watchArtifact = (caller: Caller, artifactId: string, checkpointToken = "") =>
  readUpdates((options) =>
    caller.artifactQueries.streamArtifactUpdates({ artifactId, checkpointToken }, options),
  );

async function firstOf<T>(stream: AsyncIterable<T>): Promise<T> {
  for await (const first of stream) return first;
  throw new Error("the stream said nothing");
}

const made = (streamId: string, version: bigint) => {
  const token = create(CheckpointTokenSchema, { streamId, version });
  return Buffer.from(toBinary(CheckpointTokenSchema, token)).toString("base64url");
};

describe("the first word of an update stream", () => {
  it("is a sign of life with the version it goes on from", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice);
    const chatId = await newChatOf(alice, { artifactId });
    const { streamChatUpdates, getChat } = alice.chatQueries;
    const { streamArtifactUpdates, getArtifact } = alice.artifactQueries;
    const { checkpointToken: ofChat } = await getChat({ chatId });
    const { checkpointToken: ofArtifact } = await getArtifact({ artifactId });
    const firsts = [
      await firstOf(streamChatUpdates({ chatId })),
      await firstOf(streamChatUpdates({ chatId, checkpointToken: ofChat })),
      await firstOf(streamArtifactUpdates({ artifactId })),
      await firstOf(streamArtifactUpdates({ artifactId, checkpointToken: ofArtifact })),
    ];
    expect(firsts.map(({ update, version }) => [update.case, version])).toEqual([
      [undefined, 0n],
      [undefined, 2n],
      [undefined, 0n],
      [undefined, 2n],
    ]);
    expect([firsts[1]?.checkpointToken, firsts[3]?.checkpointToken]).toEqual([ofChat, ofArtifact]);
  });
});

describe("a checkpoint", () => {
  it("that the stream has not come to is refused, as anything else that was made up", async () => {
    const alice = await server.as();
    const [chatId, artifactId] = [await newChatOf(alice), await newArtifactOf(alice)];
    const chatAt = (token: string) =>
      firstOf(alice.chatQueries.streamChatUpdates({ chatId, checkpointToken: token }));
    const artifactAt = (token: string) =>
      firstOf(alice.artifactQueries.streamArtifactUpdates({ artifactId, checkpointToken: token }));
    expect(await chatAt(made(`chat-${chatId}`, 1n))).toMatchObject({ version: 1n });
    for (const refusal of await refusalsOf(
      chatAt(made(`chat-${chatId}`, 2n)),
      chatAt(made(`chat-${chatId}`, -1n)),
      chatAt(made(`artifact-${artifactId}`, 1n)),
      chatAt("%%%"),
      artifactAt(made(`artifact-${artifactId}`, 2n)),
      artifactAt(made(`chat-${chatId}`, 1n)),
      artifactAt("%%%"),
    )) {
      expect(refusal).toMatchObject({
        code: "InvalidArgument",
        reason: "RESUME_TOKEN_INVALID",
      });
    }
  });
});

describe("an update of a link", () => {
  it("says who made it and when, as the lists do, also when its type changes", async () => {
    const alice = await server.as();
    const bob = await alice.colleague("editor");
    const [artifactId, chatId] = [await newArtifactOf(alice), await newChatOf(alice, { visibility: TENANT })];
    const { relation: first } = await alice.chatCommands.associateArtifact({ chatId, artifactId });
    const relationType = RelationType.MODIFIED;
    const { relation } = await bob.chatCommands.associateArtifact({ chatId, artifactId, relationType });
    expect(relation).toEqual({ ...first, relationType });
    const [chat, artifact] = [watchChat(bob, chatId), watchArtifact(bob, artifactId)];
    await Promise.all([chat.have(3), artifact.have(3)]);
    chat.leave();
    artifact.leave();
    expect(chat.updates.slice(1).map(({ update }) => update.value)).toEqual([first, relation]);
    const { chats } = await bob.artifactQueries.getArtifactChats({ artifactId });
    expect(artifact.updates.slice(1).map(({ update }) => update.value)).toMatchObject([
      { linkedAt: first?.createTime, relationType: RelationType.REFERENCED },
      { ...chats[0] },
    ]);
  });

  it("that was made anew says when, and before that when it was made first", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice);
    const chatId = await newChatOf(alice, { artifactId });
    const { artifacts: before } = await alice.chatQueries.getChatArtifacts({ chatId });
    await alice.artifactCommands.dissociateChat({ chatId, artifactId });
    const { relation } = await alice.chatCommands.associateArtifact({ chatId, artifactId });
    const stream = watchChat(alice, chatId);
    await stream.have(4);
    stream.leave();
    expect(stream.updates.map(({ update }) => update.value).slice(1)).toMatchObject([
      { createTime: before[0]?.linkedAt },
      artifactId,
      { createTime: relation?.createTime },
    ]);
  });
});

describe("a stream whose reader loses the chat", () => {
  it("by leaving its team ends at once, and one begun later does not begin", async () => {
    const alice = await server.as({ teams: ["red"] });
    const { tenantId } = alice;
    const mate = await server.as({ tenantId, teams: ["red"], roles: ["viewer"] });
    const chatId = await newChatOf(alice, { visibility: TEAM });
    const stream = watchChat(mate, chatId);
    await stream.have(1);
    const moved = await server.as({ tenantId, userId: alice.userId, teams: ["blue"] });
    await moved.chatCommands.updateVisibility({ chatId, visibility: TEAM });
    await stream.over;
    expect(await refusalOf(Promise.reject(stream.end as Error))).toMatchObject({ reason: "CHAT_NOT_FOUND" });
    const late = firstOf(mate.chatQueries.streamChatUpdates({ chatId }));
    expect(await refusalOf(late)).toMatchObject({ reason: "CHAT_NOT_FOUND" });
  });

  it("by its deletion hears of it, and nothing can be heard of it later", async () => {
    const alice = await server.as();
    const bob = await alice.colleague("viewer");
    const chatId = await newChatOf(alice, { visibility: TENANT });
    await ask(alice, chatId, "echo hello");
    const stream = watchChat(bob, chatId);
    await stream.have(3);
    await alice.chatCommands.deleteChat({ chatId });
    await stream.over;
    expect(stream.end).toBeNull();
    expect(stream.updates.at(-1)?.update).toMatchObject({
      case: "deleted",
      value: { deletedBy: alice.userId },
    });
    const late = firstOf(alice.chatQueries.streamChatUpdates({ chatId }));
    expect(await refusalOf(late)).toMatchObject({ reason: "CHAT_NOT_FOUND" });
  });
});

describe("the updates of an artifact", () => {
  it("tell nothing of a chat that was deleted since, and go on", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice);
    const chatId = await newChatOf(alice, { artifactId, title: "Gone" });
    const live = watchArtifact(alice, artifactId);
    await live.have(2);
    await alice.chatCommands.deleteChat({ chatId });
    await alice.artifactCommands.renameArtifact({ artifactId, title: "Invoices" });
    await live.have(3);
    live.leave();
    const late = watchArtifact(alice, artifactId);
    await late.have(3);
    late.leave();
    expect(live.updates.map(({ update }) => update.case)).toEqual(["artifact", "chatAdded", "artifact"]);
    expect(late.updates.map(({ update }) => update.case)).toEqual(["artifact", undefined, "artifact"]);
    expect(late.updates.map(({ version }) => version)).toEqual([1n, 2n, 3n]);
  });
});

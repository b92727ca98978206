import { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { ChatVisibility } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reasonOf } from "../../sdk/ts/src/index.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";
import { readUpdates } from "../testing/update-reader.ts";

let server: TestServer;
let alice: Caller;
beforeAll(async () => {
  server = await startTestServer();
  alice = await server.as();
});
afterAll(() => server.stop());

const saying = (text: string) => ({ parts: [{ kind: { case: "text" as const, value: { text } } }] });
const refused = (work: Promise<unknown>) => work.then(() => "none", reasonOf);

const watchChat = (chatId: string, checkpointToken = "", caller = alice) =>
  readUpdates((options) => caller.chatQueries.streamChatUpdates({ chatId, checkpointToken }, options));
const watchArtifact = (artifactId: string, checkpointToken = "", caller = alice) =>
  readUpdates((options) =>
    caller.artifactQueries.streamArtifactUpdates({ artifactId, checkpointToken }, options),
  );

async function newChat(fields = {}): Promise<string> {
  return (await alice.chatCommands.createChat(fields)).chat?.chatId ?? "";
}

async function newArtifact(title = "Orders"): Promise<string> {
  return (await alice.artifactCommands.createArtifact({ title, kind: "bpmn" })).artifact?.artifactId ?? "";
}

async function talk(chatId: string, text: string): Promise<void> {
  const requestId = crypto.randomUUID();
  const { runId } = await alice.chatCommands.sendMessage({ chatId, message: saying(text), requestId });
  await readInto(createRunLine(), alice.inference.watchRun({ runId }));
}

/** Everything that can happen to a chat and an artifact, once each; both are told of a link. */
async function liveALife(chatId: string, artifactId: string): Promise<void> {
  await alice.chatCommands.updateChatTitle({ chatId, title: "Orders" });
  await talk(chatId, "echo hello");
  await alice.chatCommands.associateArtifact({ chatId, artifactId });
  await alice.chatCommands.associateArtifact({ chatId, artifactId });
  await alice.artifactCommands.associateChat({ chatId, artifactId, relationType: RelationType.CREATED });
  await alice.artifactCommands.renameArtifact({ artifactId, title: "Orders II" });
  await alice.chatCommands.updateVisibility({ chatId, visibility: ChatVisibility.TENANT });
  await alice.artifactCommands.dissociateChat({ chatId, artifactId });
  await alice.chatCommands.deleteChat({ chatId });
}

const CHAT_LIFE = [
  "chat",
  "chat",
  "message",
  "message",
  "relation",
  "relation",
  "chat",
  "artifactRemoved",
  "deleted",
];
const ARTIFACT_LIFE = ["artifact", "chatAdded", "chatAdded", "artifact", "chatRemoved"];

describe("the updates of a chat and of an artifact", () => {
  it("tell each change once, in order, with dense versions; a chat's end with its deletion", async () => {
    const chatId = await newChat();
    const artifactId = await newArtifact();
    const chat = watchChat(chatId);
    const artifact = watchArtifact(artifactId);
    await liveALife(chatId, artifactId);
    await chat.over;
    await artifact.have(ARTIFACT_LIFE.length);
    artifact.leave();
    expect(chat.end).toBeNull();
    expect(chat.updates.map(({ update }) => update.case)).toEqual(CHAT_LIFE);
    expect(chat.updates.map(({ version }) => version)).toEqual(CHAT_LIFE.map((_, i) => BigInt(i + 1)));
    expect(chat.updates.at(-1)?.update.value).toMatchObject({ deletedBy: alice.userId });
    expect(artifact.updates.map(({ update }) => update.case)).toEqual(ARTIFACT_LIFE);
    expect(artifact.updates.map(({ version }) => version)).toEqual(
      ARTIFACT_LIFE.map((_, i) => BigInt(i + 1)),
    );
    expect(artifact.updates[2]?.update.value).toMatchObject({ chatId, relationType: RelationType.CREATED });
  });

  it("go on from every checkpoint with exactly the rest", async () => {
    const chatId = await newChat();
    const artifactId = await newArtifact();
    await alice.chatCommands.updateVisibility({ chatId, visibility: ChatVisibility.TENANT });
    await alice.chatCommands.associateArtifact({ chatId, artifactId });
    await talk(chatId, "echo hello");
    await alice.artifactCommands.renameArtifact({ artifactId, title: "II" });
    await alice.artifactCommands.dissociateChat({ chatId, artifactId });
    const { checkpointToken: chatEnd } = await alice.chatQueries.getChat({ chatId });
    const { checkpointToken: artifactEnd } = await alice.artifactQueries.getArtifact({ artifactId });
    for (const [watch, id, end, count] of [
      [watchChat, chatId, chatEnd, 6],
      [watchArtifact, artifactId, artifactEnd, 4],
    ] as const) {
      const whole = watch(id);
      await whole.have(count);
      whole.leave();
      expect(whole.updates).toHaveLength(count);
      expect(whole.updates.at(-1)?.checkpointToken).toBe(end);
      for (const [i, { checkpointToken }] of whole.updates.entries()) {
        const rest = watch(id, checkpointToken);
        await rest.have(count - i - 1);
        rest.leave();
        expect(rest.updates).toEqual(whole.updates.slice(i + 1));
      }
    }
  });

  it("begin with a checkpoint of this stream, or none; the token grants nothing", async () => {
    const [chatId, otherId] = [await newChat(), await newChat()];
    const artifactId = await newArtifact();
    const { checkpointToken } = await alice.chatQueries.getChat({ chatId });
    const end = async (reader: ReturnType<typeof watchChat>) => (await reader.over, reasonOf(reader.end));
    expect(await end(watchChat(otherId, checkpointToken))).toBe("RESUME_TOKEN_INVALID");
    expect(await end(watchChat(chatId, "garbage"))).toBe("RESUME_TOKEN_INVALID");
    const foreign = watchArtifact(artifactId, checkpointToken);
    await foreign.over;
    expect(reasonOf(foreign.end)).toBe("RESUME_TOKEN_INVALID");
    const bob = await alice.colleague("editor");
    expect(await end(watchChat(chatId, checkpointToken, bob))).toBe("CHAT_NOT_FOUND");
    expect(await end(watchChat(uuidv7()))).toBe("CHAT_NOT_FOUND");
    const stranger = watchArtifact(artifactId, "", await server.as());
    await stranger.over;
    expect(reasonOf(stranger.end)).toBe("ARTIFACT_NOT_FOUND");
  });

  it("end for somebody with whom the chat is no longer shared, before they see what was said since", async () => {
    const chatId = await newChat({ visibility: ChatVisibility.TENANT });
    const bob = await alice.colleague("viewer");
    const stream = watchChat(chatId, "", bob);
    await stream.have(1);
    await alice.chatCommands.updateVisibility({ chatId, visibility: ChatVisibility.PRIVATE });
    await talk(chatId, "echo a secret");
    await stream.over;
    expect(reasonOf(stream.end)).toBe("CHAT_NOT_FOUND");
    expect(stream.updates.map(({ update }) => update.case)).toEqual(["chat"]);
  });

  it("of an artifact keep quiet about chats that the reader may not read, without a gap", async () => {
    const artifactId = await newArtifact();
    const chatId = await newChat({ artifactId, title: "Secret" });
    const bob = await alice.colleague("viewer");
    const stream = watchArtifact(artifactId, "", bob);
    await stream.have(2);
    stream.leave();
    expect(stream.updates.map(({ update, version }) => [update.case, version])).toEqual([
      ["artifact", 1n],
      [undefined, 2n],
    ]);
    const shown = JSON.stringify(stream.updates, (_, v: unknown) => (typeof v === "bigint" ? Number(v) : v));
    expect(shown).not.toContain("Secret");
    const { chats } = await bob.artifactQueries.getArtifactChats({ artifactId });
    expect(chats).toEqual([]);
    expect(await refused(bob.chatQueries.getChatArtifacts({ chatId }))).toBe("CHAT_NOT_FOUND");
  });
});

describe("a link between a chat and an artifact", () => {
  it("is made and undone from both sides", async () => {
    const chatId = await newChat({ title: "Talk" });
    const artifactId = await newArtifact();
    const { relation } = await alice.chatCommands.associateArtifact({ chatId, artifactId });
    expect(relation).toMatchObject({
      chatId,
      artifactId,
      relationType: RelationType.REFERENCED,
      createdBy: alice.userId,
    });
    const { chatReference } = await alice.artifactCommands.associateChat({ chatId, artifactId });
    expect(chatReference).toMatchObject({ chatId, chatTitle: "Talk", relationType: RelationType.REFERENCED });
    expect((await alice.artifactQueries.getArtifactChats({ artifactId })).chats).toEqual([chatReference]);
    await alice.artifactCommands.dissociateChat({ chatId, artifactId });
    expect(await refused(alice.artifactCommands.dissociateChat({ chatId, artifactId }))).toBe(
      "RELATION_NOT_FOUND",
    );
    expect((await alice.chatQueries.getChatArtifacts({ chatId })).artifacts).toEqual([]);
    expect(await refused(alice.chatCommands.associateArtifact({ chatId, artifactId: uuidv7() }))).toBe(
      "ARTIFACT_NOT_FOUND",
    );
    expect(await refused(alice.artifactCommands.associateChat({ chatId: uuidv7(), artifactId }))).toBe(
      "CHAT_NOT_FOUND",
    );
  });
});

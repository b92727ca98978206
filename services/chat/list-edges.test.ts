import { ChatVisibility, MessageRole, type Chat } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { timestampFromMs, timestampMs, type Timestamp } from "@bufbuild/protobuf/wkt";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, newArtifactOf, newChatOf } from "../testing/messages.ts";
import { everyPage } from "../testing/pages.ts";
import { refusalOf } from "../testing/refusal.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { PRIVATE, TENANT } = ChatVisibility;
const idsOf = (chats: readonly { chatId: string }[]) => chats.map(({ chatId }) => chatId);
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const later = (time: Timestamp | undefined, milliseconds: number) =>
  timestampFromMs((time ? timestampMs(time) : 0) + milliseconds);

/** So many chats, one after the other; the last one first, as lists show them. */
async function chatsOf(caller: Caller, count: number): Promise<string[]> {
  const chatIds: string[] = [];
  for (const n of numbers(count)) chatIds.unshift(await newChatOf(caller, { title: `Chat ${n}` }));
  return chatIds;
}

describe("the list of chats", () => {
  it("has those first that were written in last", async () => {
    const alice = await server.as();
    const [third = "", second = "", first = ""] = await chatsOf(alice, 3);
    await ask(alice, first, "echo hello");
    expect(idsOf((await alice.chatQueries.listChats({})).chats)).toEqual([first, third, second]);
  });

  it("comes in pages of 20, of at most 100, and of no negative size", async () => {
    const alice = await server.as();
    await Promise.all(numbers(101).map(() => newChatOf(alice)));
    const sizeOf = async (pageSize: number) => (await alice.chatQueries.listChats({ pageSize })).chats.length;
    expect([await sizeOf(0), await sizeOf(100), await sizeOf(1_000_000)]).toEqual([20, 100, 100]);
    expect(await refusalOf(alice.chatQueries.listChats({ pageSize: -1 }))).toMatchObject({
      code: "InvalidArgument",
      reason: "SCHEMA_VIOLATION",
    });
  });

  it("shows another user with the same token only what they may read", async () => {
    const alice = await server.as();
    await chatsOf(alice, 3);
    const { nextPageToken: pageToken } = await alice.chatQueries.listChats({ pageSize: 1 });
    const bob = await alice.colleague("admin");
    expect(await bob.chatQueries.listChats({ pageToken })).toMatchObject({ chats: [], totalCount: 0 });
  });
});

describe("a filter of chats", () => {
  const filtered = async (caller: Caller, filter: object) => {
    const { chats, totalCount } = await caller.chatQueries.listChats({ filter });
    expect(totalCount).toBe(chats.length);
    return idsOf(chats);
  };

  it("takes those that are linked to any of some artifacts, each once", async () => {
    const alice = await server.as();
    const [orders, invoices] = [await newArtifactOf(alice), await newArtifactOf(alice)];
    const both = await newChatOf(alice, { artifactId: orders });
    await alice.chatCommands.associateArtifact({ chatId: both, artifactId: invoices });
    const one = await newChatOf(alice, { artifactId: invoices });
    await newChatOf(alice);
    expect(await filtered(alice, { artifactIds: [orders] })).toEqual([both]);
    expect(await filtered(alice, { artifactIds: [orders, invoices] })).toEqual([one, both]);
    expect(await filtered(alice, { artifactIds: [uuidv7()] })).toEqual([]);
    await alice.artifactCommands.dissociateChat({ chatId: both, artifactId: orders });
    expect(await filtered(alice, { artifactIds: [orders] })).toEqual([]);
  });

  it("takes those created at or after one time and before another", async () => {
    const alice = await server.as();
    const { chat } = await alice.chatCommands.createChat({});
    const { chatId, createTime } = chat ?? ({} as Chat);
    expect(await filtered(alice, { createdAfter: createTime })).toEqual([chatId]);
    expect(await filtered(alice, { createdBefore: createTime })).toEqual([]);
    const next = later(createTime, 1);
    expect(await filtered(alice, { createdAfter: next })).toEqual([]);
    expect(await filtered(alice, { createdAfter: createTime, createdBefore: next })).toEqual([chatId]);
  });
});

describe("the messages of a chat", () => {
  const messagePages = (caller: Caller, chatId: string, fields: object, between?: () => Promise<unknown>) =>
    everyPage(async (pageToken) => {
      const request = { chatId, pageSize: 2, pageToken, ...fields };
      const { messages, nextPageToken } = await caller.chatQueries.getMessages(request);
      return { items: messages.map(({ version }) => Number(version)), nextPageToken };
    }, between);

  it("come oldest first or newest first, all of them, while more are written", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    for (const n of numbers(3)) await ask(alice, chatId, `echo ${n}`);
    const { messages, totalCount } = await alice.chatQueries.getMessages({ chatId });
    expect(totalCount).toBe(6);
    expect(messages.map(({ role }) => role)).toEqual(
      numbers(3).flatMap(() => [MessageRole.USER, MessageRole.ASSISTANT]),
    );
    const versions = messages.map(({ version }) => Number(version));
    expect(versions).toEqual([2, 3, 4, 5, 6, 7]);
    expect(await messagePages(alice, chatId, {})).toEqual([
      [2, 3],
      [4, 5],
      [6, 7],
    ]);
    const more = () => ask(alice, chatId, "echo more");
    expect(await messagePages(alice, chatId, { newestFirst: true }, more)).toEqual([
      [7, 6],
      [5, 4],
      [3, 2],
    ]);
    expect((await messagePages(alice, chatId, {})).flat()).toEqual(numbers(10).map((n) => n + 1));
  });

  it("come in no negative number, and not with a token for another order, chat or list", async () => {
    const alice = await server.as();
    const [chatId, other] = [await newChatOf(alice), await newChatOf(alice)];
    await ask(alice, chatId, "echo hello");
    const { getMessages, listChats } = alice.chatQueries;
    expect(await refusalOf(getMessages({ chatId, pageSize: -1 }))).toMatchObject({
      reason: "SCHEMA_VIOLATION",
    });
    const { nextPageToken: pageToken } = await getMessages({ chatId, pageSize: 1 });
    const { nextPageToken: ofChats } = await listChats({ pageSize: 1 });
    for (const request of [
      { chatId, pageToken, newestFirst: true },
      { chatId: other, pageToken },
      { chatId, pageToken: ofChats },
      { chatId, pageToken: "garbage" },
    ]) {
      expect(await refusalOf(getMessages(request))).toMatchObject({ reason: "PAGE_TOKEN_INVALID" });
    }
    expect((await getMessages({ chatId, pageToken, pageSize: 1_000_000 })).messages).toHaveLength(1);
  });

  it("are not those of another chat, and of no chat that is not there", async () => {
    const alice = await server.as();
    const [chatId, empty] = [await newChatOf(alice), await newChatOf(alice)];
    await ask(alice, chatId, "echo hello");
    expect(await alice.chatQueries.getMessages({ chatId: empty })).toMatchObject({
      messages: [],
      nextPageToken: "",
      totalCount: 0,
    });
    expect(await refusalOf(alice.chatQueries.getMessages({ chatId: uuidv7() }))).toMatchObject({
      reason: "CHAT_NOT_FOUND",
    });
  });
});

describe("the artifacts of a chat, and the chats of an artifact,", () => {
  it("come page by page, last linked first, while more are linked", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice, { title: "Talk" });
    const artifactIds: string[] = [];
    const link = async () => artifactIds.unshift(await newArtifactOf(alice, { primaryChatId: chatId }));
    for (const _ of numbers(5)) await link();
    const linked = [...artifactIds];
    const pages = await everyPage(async (pageToken) => {
      const page = await alice.chatQueries.getChatArtifacts({ chatId, pageSize: 2, pageToken });
      return { items: page.artifacts.map(({ artifactId }) => artifactId), nextPageToken: page.nextPageToken };
    }, link);
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(linked);
  });

  it("are told to each as far as they may read them", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice);
    const visibilities = numbers(6).map((n) => (n % 2 ? TENANT : PRIVATE));
    const chatIds: string[] = [];
    for (const visibility of visibilities)
      chatIds.unshift(await newChatOf(alice, { artifactId, visibility, title: "Talk" }));
    const pagesFor = (caller: Caller) =>
      everyPage(async (pageToken) => {
        const request = { artifactId, pageSize: 2, pageToken };
        const { chats, nextPageToken } = await caller.artifactQueries.getArtifactChats(request);
        return { items: idsOf(chats), nextPageToken };
      });
    expect((await pagesFor(alice)).flat()).toEqual(chatIds);
    const bobs = await pagesFor(await alice.colleague("viewer"));
    expect(bobs.map((page) => page.length)).toEqual([2, 1]);
    expect(bobs.flat()).toEqual(chatIds.filter((_, i) => i % 2 === 1));
  });
});

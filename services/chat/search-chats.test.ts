import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, newArtifactOf, newChatOf, saying, untilRunEnds } from "../testing/messages.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function found(caller: Caller, query: string, filter = {}): Promise<string[]> {
  const { chats, totalCount } = await caller.chatQueries.searchChats({ query, filter });
  expect(totalCount).toBe(chats.length);
  return chats.map(({ chatId }) => chatId);
}

/** Sends a message of any parts, and waits for the answer. */
async function send(caller: Caller, chatId: string, message: Parameters<typeof sendOf>[1]): Promise<void> {
  const { runId } = await sendOf(caller, { ...message, chatId });
  await untilRunEnds(caller, runId);
}

const sendOf = (caller: Caller, request: Parameters<Caller["chatCommands"]["sendMessage"]>[0]) =>
  caller.chatCommands.sendMessage({ ...request, requestId: uuidv7() });

describe("a search of chats", () => {
  it("finds titles, questions and answers", async () => {
    const alice = await server.as();
    const titled = await newChatOf(alice, { title: "Delivery of orders" });
    const asked = await newChatOf(alice, { title: "Other" });
    await ask(alice, asked, "echo invoices and reminders");
    expect(await found(alice, "delivery")).toEqual([titled]);
    expect(await found(alice, "echo")).toEqual([asked]);
    expect(await found(alice, "reminders")).toEqual([asked]);
    expect(await found(alice, "zanzibar")).toEqual([]);
  });

  it("wants every word, in any order and any case", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice, { title: "Delivery of Orders" });
    await newChatOf(alice, { title: "Delivery of letters" });
    expect(await found(alice, "orders delivery")).toEqual([chatId]);
    expect(await found(alice, "ORDERS, dElIvErY!")).toEqual([chatId]);
    expect(await found(alice, "orders letters")).toEqual([]);
  });

  it.each([
    ["Größe ändern", "größe"],
    ["Größe ändern", "GRÖßE ÄNDERN"],
    ["ÄRGER MIT ÜBERWEISUNG", "ärger überweisung"],
    ["Ярмарка", "ЯРМАРКА"],
    ["Ελλάδα", "ΕΛΛΆΔΑ"],
    ["Çağrı merkezi", "çağrı"],
  ])("finds %j by %j", async (title, query) => {
    const alice = await server.as();
    const chatId = await newChatOf(alice, { title });
    const asked = await newChatOf(alice, { title: "Other" });
    await ask(alice, asked, `echo ${title}`);
    expect(await found(alice, query)).toEqual([asked, chatId]);
  });

  it("finds code, and what a picture or file lies at", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice, { title: "Other" });
    const code = { kind: { case: "code" as const, value: { language: "sql", content: "SELECT total" } } };
    await send(alice, chatId, { message: { parts: [...saying("Why?").parts, code] } });
    expect(await found(alice, "total sql why")).toEqual([chatId]);
  });

  it.each([
    "' & | ! : *",
    "' OR ''='",
    "'); DROP TABLE chats; --",
    "orders:*",
    "orders & !delivery",
    "(orders | (delivery",
    "<-> <2>",
    "\\",
    "%",
    "_",
    "$1 $2",
    "🙂",
  ])("takes %j for words, and no more", async (query) => {
    const alice = await server.as();
    const chatId = await newChatOf(alice, { title: "orders and delivery" });
    const hits = await found(alice, query);
    expect(hits).toEqual(query.startsWith("orders") || query.startsWith("(orders") ? [chatId] : []);
  });

  it("shows nobody what they may not read, nor what was deleted", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice, { title: "secret plans" });
    const bob = await alice.colleague("admin");
    const stranger = await server.as();
    expect(await found(bob, "secret")).toEqual([]);
    expect(await found(stranger, "secret")).toEqual([]);
    await alice.chatCommands.deleteChat({ chatId });
    expect(await found(alice, "secret")).toEqual([]);
  });

  it("goes by the title of now", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice, { title: "before" });
    await alice.chatCommands.updateChatTitle({ chatId, title: "after" });
    expect(await found(alice, "before")).toEqual([]);
    expect(await found(alice, "after")).toEqual([chatId]);
  });

  it("is narrowed by a filter", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice);
    await newChatOf(alice, { title: "orders" });
    const linked = await newChatOf(alice, { title: "orders of artifacts", artifactId });
    expect(await found(alice, "orders", { artifactIds: [artifactId] })).toEqual([linked]);
  });

  it("finds the words of a message that is as long and as rich as a message may be", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice, { title: "Other" });
    // Nothing is longer in an index than hyphenated words of three letters of three bytes: it has them whole and in parts.
    const word = (n: number) =>
      [...n.toString(36).padStart(3, "0")]
        .map((d) => String.fromCodePoint(0x4e00 + parseInt(d, 36)))
        .join("");
    const rich = (first: number) =>
      Array.from({ length: 12_000 }, (_, i) => `${word(first + i)}-${word(first + i + 22_000)}`).join(" ");
    const parts = [0, 12_000].flatMap((first) => saying(`zanzibar ${rich(first)}`).parts);
    await send(alice, chatId, { message: { parts } });
    expect(await found(alice, "zanzibar")).toEqual([chatId]);
  });
});

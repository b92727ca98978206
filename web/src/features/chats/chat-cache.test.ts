import { create } from "@bufbuild/protobuf";
import type { ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ChatMessageSchema, ChatSchema, MessageRole } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import {
  ChatQueryService,
  GetChatResponseSchema,
  GetMessagesResponseSchema,
  StreamChatUpdatesResponseSchema,
} from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import { QueryClient } from "@tanstack/react-query";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type * as ChatCache from "./chat-cache.ts";

const chatId = "c";
let cache: typeof ChatCache;
let chatKey: ReturnType<typeof createConnectQueryKey>;
let messagesKey: ReturnType<typeof createConnectQueryKey>;

beforeAll(async () => {
  vi.stubGlobal("location", { origin: "http://ameide.test" });
  cache = await import("./chat-cache.ts");
  const { transport } = await import("../../rpc/ameide.ts");
  const { getChat, getMessages } = ChatQueryService.method;
  chatKey = createConnectQueryKey({ schema: getChat, transport, input: { chatId }, cardinality: "finite" });
  messagesKey = createConnectQueryKey({
    schema: getMessages,
    transport,
    input: { chatId, ...cache.messagesPage },
    pageParamKey: "pageToken",
    cardinality: "infinite",
  });
});

function message(messageId: string, role: MessageRole, runId: string): ChatMessage {
  return create(ChatMessageSchema, { messageId, chatId, role, runId });
}

function given(messages: ChatMessage[], activeRunId = "") {
  const client = new QueryClient();
  const chat = create(ChatSchema, { chatId, activeRunId, version: 5n, title: "old" });
  client.setQueryData(chatKey, create(GetChatResponseSchema, { chat, checkpointToken: "k5" }));
  client.setQueryData(messagesKey, {
    pages: [create(GetMessagesResponseSchema, { messages })],
    pageParams: [""],
  });
  const known = () => client.getQueryData<ReturnType<typeof chatState>>(chatKey);
  const chatState = () => create(GetChatResponseSchema, {});
  const ids = () =>
    client
      .getQueryData<{ pages: { messages: ChatMessage[] }[] }>(messagesKey)
      ?.pages.flatMap((page) => page.messages.map(({ messageId }) => messageId));
  return { client, known, ids };
}

function update(version: bigint, value: ChatMessage) {
  return create(StreamChatUpdatesResponseSchema, {
    version,
    checkpointToken: `k${version}`,
    update: { case: "message", value },
  });
}

describe("chat cache", () => {
  it("takes a message in once, and moves the checkpoint with it", () => {
    const { client, known, ids } = given([message("1", MessageRole.USER, "")]);
    const next = update(6n, message("2", MessageRole.USER, "r"));
    cache.applyUpdate(client, chatId, next);
    cache.applyUpdate(client, chatId, next);
    expect(ids()).toEqual(["2", "1"]);
    expect(known()).toMatchObject({ checkpointToken: "k6", chat: { version: 6n, activeRunId: "r" } });
    expect(cache.checkpointOf(client, chatId)).toEqual({ checkpointToken: "k6", version: 6n });
  });

  it("ends the run when its answer arrives, and not another one", () => {
    const { client, known } = given([message("1", MessageRole.USER, "r")], "r");
    cache.applyUpdate(client, chatId, update(6n, message("2", MessageRole.ASSISTANT, "other")));
    expect(known()?.chat?.activeRunId).toBe("r");
    cache.applyUpdate(client, chatId, update(7n, message("3", MessageRole.ASSISTANT, "r")));
    expect(known()?.chat?.activeRunId).toBe("");
  });

  it("does not begin a run whose answer was faster than the response", () => {
    const { client, known } = given([message("2", MessageRole.ASSISTANT, "r")]);
    cache.beginRun(client, chatId, "r");
    expect(known()?.chat?.activeRunId).toBe("");
  });

  it("lets runs wait for their turn, and begins the next when one ends, is taken out or rolled back", () => {
    const { client, known, ids } = given([message("1", MessageRole.USER, "a")], "a");
    const open = () => [known()?.chat?.activeRunId, ...(known()?.chat?.waitingRunIds ?? [])];
    cache.applyUpdate(client, chatId, update(6n, message("2", MessageRole.USER, "b")));
    cache.beginRun(client, chatId, "b");
    cache.applyUpdate(client, chatId, update(7n, message("3", MessageRole.USER, "c")));
    cache.applyUpdate(client, chatId, update(8n, message("4", MessageRole.USER, "d")));
    expect(open()).toEqual(["a", "b", "c", "d"]);
    cache.applyUpdate(client, chatId, update(9n, message("5", MessageRole.ASSISTANT, "c")));
    expect(open()).toEqual(["a", "b", "d"]);
    const withdrawn = (version: bigint, messageId: string, ended: boolean) =>
      create(StreamChatUpdatesResponseSchema, {
        version,
        checkpointToken: `k${version}`,
        update: { case: "turnWithdrawn", value: { runId: "a", messageIds: [messageId], ended } },
      });
    cache.applyUpdate(client, chatId, withdrawn(10n, "1", false));
    expect(open()).toEqual(["a", "b", "d"]);
    expect(ids()).not.toContain("1");
    cache.applyUpdate(client, chatId, withdrawn(11n, "6", true));
    expect(open()).toEqual(["b", "d"]);
    cache.endRun(client, chatId, "b");
    cache.endRun(client, chatId, "d");
    expect(open()).toEqual([""]);
    expect(known()?.checkpointToken).toBe("k11");
  });

  it("takes a new title from an event but not its run, which an event does not know", () => {
    const { client, known } = given([], "r");
    const value = create(ChatSchema, { chatId, title: "new", version: 6n });
    const renamed = create(StreamChatUpdatesResponseSchema, {
      version: 6n,
      checkpointToken: "k6",
      update: { case: "chat", value },
    });
    cache.applyUpdate(client, chatId, renamed);
    expect(known()?.chat).toMatchObject({ title: "new", activeRunId: "r", version: 6n });
  });

  it("shows a rename at once without moving the checkpoint past unseen events", () => {
    const { client, known } = given([]);
    cache.renameChat(client, create(ChatSchema, { chatId, title: "new", version: 9n }));
    expect(known()?.chat).toMatchObject({ title: "new", version: 5n });
  });
});

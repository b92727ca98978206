import type { Chat, ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { MessageRole } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { StreamChatUpdatesResponse } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { BudgetService } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import type { QueryClient } from "@tanstack/react-query";
import { transport } from "../../rpc/ameide.ts";
import { refreshLists } from "./list-news.ts";

// The cache is the chat as of its checkpoint: updates are folded in with their checkpoint, so a page
// that comes back to a chat continues from there and never shows a state with a hole in it.

export const messagesPage = { pageSize: 50, newestFirst: true, pageToken: "" } as const;

function chatKey(chatId: string) {
  return createConnectQueryKey({
    schema: ChatQueryService.method.getChat,
    transport,
    input: { chatId },
    cardinality: "finite",
  });
}

function messagesKey(chatId: string) {
  const input = { chatId, ...messagesPage };
  return createConnectQueryKey({
    schema: ChatQueryService.method.getMessages,
    transport,
    input,
    pageParamKey: "pageToken",
    cardinality: "infinite",
  });
}

/** Where the update stream continues, and the version that belongs to it. */
export function checkpointOf(client: QueryClient, chatId: string) {
  const data = client.getQueryData(chatKey(chatId));
  if (!data?.chat || data.checkpointToken === "") return {};
  return { checkpointToken: data.checkpointToken, version: data.chat.version };
}

interface Checkpoint {
  checkpointToken: string;
  version: bigint;
}

// The version only moves with the checkpoint: together they say what has been seen.
function changeChat(
  client: QueryClient,
  chatId: string,
  change: Omit<Partial<Chat>, "version">,
  here?: Checkpoint,
) {
  client.setQueryData(chatKey(chatId), (data) => {
    if (!data?.chat) return data;
    const version = here?.version ?? data.chat.version;
    return {
      ...data,
      chat: { ...data.chat, ...change, version },
      checkpointToken: here?.checkpointToken || data.checkpointToken,
    };
  });
}

export function renameChat(client: QueryClient, { chatId, title, etag }: Chat): void {
  changeChat(client, chatId, { title, etag });
}

/** Adds a message once, whichever of the response and the stream brings it first. */
export function addMessage(client: QueryClient, chatId: string, message: ChatMessage): void {
  client.setQueryData(messagesKey(chatId), (data) => {
    const [first, ...rest] = data?.pages ?? [];
    if (!data || !first) return data;
    if (data.pages.some((page) => page.messages.some(({ messageId }) => messageId === message.messageId)))
      return data;
    return { ...data, pages: [{ ...first, messages: [message, ...first.messages] }, ...rest] };
  });
}

/** The runs whose turns are open: the active one, then those that wait. */
function openRuns(client: QueryClient, chatId: string): string[] {
  const chat = client.getQueryData(chatKey(chatId))?.chat;
  return chat?.activeRunId ? [chat.activeRunId, ...chat.waitingRunIds] : [];
}

function setOpenRuns(
  client: QueryClient,
  chatId: string,
  [activeRunId = "", ...waitingRunIds]: string[],
): void {
  changeChat(client, chatId, { activeRunId, waitingRunIds });
}

/** Notes that a run answers, or waits for its turn; unless its answer is already here. */
export function beginRun(client: QueryClient, chatId: string, runId: string): void {
  const open = openRuns(client, chatId);
  if (!runId || open.includes(runId) || hasAnswer(client, chatId, runId)) return;
  setOpenRuns(client, chatId, [...open, runId]);
}

/** Forgets a run that has ended; if it was its turn, the next one begins. */
export function endRun(client: QueryClient, chatId: string, runId: string): void {
  const open = openRuns(client, chatId);
  if (open.includes(runId)) {
    const others = open.filter((id) => id !== runId);
    setOpenRuns(client, chatId, others);
  }
  void client.invalidateQueries({ queryKey: runsKey(chatId) });
  void client.invalidateQueries({
    queryKey: createConnectQueryKey({ schema: BudgetService.method.getBudget, cardinality: undefined }),
  });
  refreshLists(client);
}

function runsKey(chatId: string) {
  return createConnectQueryKey({
    schema: InferenceService.method.listRuns,
    input: { chatId },
    cardinality: undefined,
  });
}

/** Forgets what is known and reads it anew: the chat, then its messages. */
export async function reloadChat(client: QueryClient, chatId: string): Promise<void> {
  client.removeQueries({ queryKey: messagesKey(chatId) });
  await client.resetQueries({ queryKey: chatKey(chatId) });
}

export function forgetChat(client: QueryClient, chatId: string): void {
  client.removeQueries({ queryKey: chatKey(chatId) });
  client.removeQueries({ queryKey: messagesKey(chatId) });
  refreshLists(client);
}

/** Takes messages away whose turn was rolled back. */
function removeMessages(client: QueryClient, chatId: string, messageIds: readonly string[]): void {
  client.setQueryData(messagesKey(chatId), (data) => {
    if (!data) return data;
    const pages = data.pages.map((page) => ({
      ...page,
      messages: page.messages.filter(({ messageId }) => !messageIds.includes(messageId)),
    }));
    return { ...data, pages };
  });
}

/** Folds one update of the chat's stream into the cache. */
export function applyUpdate(client: QueryClient, chatId: string, response: StreamChatUpdatesResponse): void {
  const { update, checkpointToken, version } = response;
  const here = { checkpointToken, version };
  if (update.case === "message") {
    const { role, runId } = update.value;
    addMessage(client, chatId, update.value);
    changeChat(client, chatId, {}, here);
    if (role === MessageRole.ASSISTANT) endRun(client, chatId, runId);
    else beginRun(client, chatId, runId);
  } else if (update.case === "turnWithdrawn") {
    const { runId, messageIds, ended } = update.value;
    removeMessages(client, chatId, messageIds);
    changeChat(client, chatId, {}, here);
    if (ended) endRun(client, chatId, runId);
  } else if (update.case === "chat") {
    // An event knows nothing of the run of this moment, so that field stays.
    const { title, visibility, etag, updateTime, agentId } = update.value;
    changeChat(client, chatId, { title, visibility, etag, updateTime, agentId }, here);
    refreshLists(client);
  } else {
    changeChat(client, chatId, {}, here);
  }
}

function hasAnswer(client: QueryClient, chatId: string, runId: string): boolean {
  const pages = client.getQueryData(messagesKey(chatId))?.pages ?? [];
  return pages.some((page) =>
    page.messages.some((message) => message.role === MessageRole.ASSISTANT && message.runId === runId),
  );
}

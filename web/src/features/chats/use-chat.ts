import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { skipToken, useInfiniteQuery, useQuery } from "@connectrpc/connect-query";
import { useMemo } from "react";
import { messagesPage } from "./chat-cache.ts";

// Both are kept up to date by the update stream; reading them again would only lose the order.
const streamed = { staleTime: Infinity, refetchOnWindowFocus: false, refetchOnReconnect: false } as const;

/** One chat and its messages, newest page first. */
export function useChat(chatId: string) {
  const chat = useQuery(ChatQueryService.method.getChat, { chatId }, streamed);
  const known = chat.data?.chat !== undefined;
  // Only after the chat, so that its checkpoint is never ahead of the messages.
  const messages = useInfiniteQuery(
    ChatQueryService.method.getMessages,
    known ? { chatId, ...messagesPage } : skipToken,
    {
      ...streamed,
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
    },
  );
  const list = useMemo(() => messages.data?.pages.flatMap((page) => page.messages) ?? [], [messages.data]);
  return { chat, messages, list, loaded: known && messages.isSuccess };
}

/** The chat's latest runs by id: what each answer cost, and why one failed. */
export function useRuns(chatId: string) {
  const { data } = useQuery(
    InferenceService.method.listRuns,
    { chatId, pageSize: 100 },
    { staleTime: 60_000 },
  );
  return useMemo(() => new Map(data?.runs.map((run) => [run.runId, run])), [data]);
}

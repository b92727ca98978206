import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import type { MultitaskStrategy } from "@ameide/sdk";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { addMessage, beginRun } from "./chat-cache.ts";
import { claimRequestId, clearDraft } from "./draft-store.ts";
import { refreshLists } from "./list-news.ts";
import type { PendingMessage } from "./timeline.ts";

/** Sends a message: shown at once, and given back to the composer when it is refused. */
export function useSend(chatId: string) {
  const client = useQueryClient();
  const mutation = useMutation(ChatCommandService.method.sendMessage);
  const [pending, setPending] = useState<PendingMessage>();

  const send = async (text: string, newestId: string, strategy: MultitaskStrategy): Promise<void> => {
    const requestId = claimRequestId(sessionStorage, chatId, text);
    const parts = [{ kind: { case: "text" as const, value: { text } } }];
    setPending({ text, afterId: newestId });
    try {
      const request = { chatId, message: { parts }, requestId, multitaskStrategy: strategy };
      const { message, runId } = await mutation.mutateAsync(request);
      clearDraft(sessionStorage, chatId);
      if (message) addMessage(client, chatId, message);
      beginRun(client, chatId, runId);
      refreshLists(client);
    } finally {
      setPending(undefined);
    }
  };
  return { send, pending };
}

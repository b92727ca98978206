import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useNavigate } from "react-router";
import { claimRequestId, clearDraft } from "./draft-store.ts";
import { refreshLists } from "./list-news.ts";

export const newChatDraft = "new";

/** Creates a chat with its first message and goes to it. A retry creates no second chat. */
export function useStartChat() {
  const navigate = useNavigate();
  const client = useQueryClient();
  const createChat = useMutation(ChatCommandService.method.createChat);
  const sendMessage = useMutation(ChatCommandService.method.sendMessage);
  const [busy, setBusy] = useState(false);
  const created = useRef<{ agentId: string; requestId: string }>(undefined);

  const start = async (text: string, agentId: string): Promise<void> => {
    if (created.current?.agentId !== agentId) created.current = { agentId, requestId: crypto.randomUUID() };
    const requestId = claimRequestId(sessionStorage, newChatDraft, text);
    setBusy(true);
    try {
      const { chat } = await createChat.mutateAsync(created.current);
      const chatId = chat?.chatId ?? "";
      const message = { parts: [{ kind: { case: "text" as const, value: { text } } }] };
      await sendMessage.mutateAsync({ chatId, message, requestId });
      clearDraft(sessionStorage, newChatDraft);
      refreshLists(client);
      await navigate(`/threads/${chatId}`);
    } finally {
      setBusy(false);
    }
  };
  return { start, busy };
}

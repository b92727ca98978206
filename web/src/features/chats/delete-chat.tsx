import type { Chat } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useMatch, useNavigate } from "react-router";
import { problemOf } from "../../rpc/problem.ts";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import { forgetChat } from "./chat-cache.ts";
import { titleOf } from "./chat-title.ts";

export function DeleteChat({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const here = useMatch(`/threads/${chat.chatId}`) !== null;
  const { mutate } = useMutation(ChatCommandService.method.deleteChat, {
    onSuccess: async () => {
      if (here) await navigate("/");
      forgetChat(client, chat.chatId);
      toast({ title: "Chat deleted" });
    },
    onError: (error) => toast({ ...problemOf(error), tone: "danger" }),
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title="Delete this chat?"
      detail={`“${titleOf(chat)}” disappears for everyone who can see it. This cannot be undone.`}
      confirmLabel="Delete"
      onConfirm={() => mutate({ chatId: chat.chatId, requestId: crypto.randomUUID() })}
    />
  );
}

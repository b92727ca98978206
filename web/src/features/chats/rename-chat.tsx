import type { Chat } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { problemOf } from "../../rpc/problem.ts";
import { FormDialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { toast } from "../../ui/toast.tsx";
import { renameChat } from "./chat-cache.ts";
import { refreshLists } from "./list-news.ts";

export function RenameChat({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const client = useQueryClient();
  const [title, setTitle] = useState(chat.title);
  const { mutate, isPending } = useMutation(ChatCommandService.method.updateChatTitle, {
    onSuccess: (response) => {
      if (response.chat) renameChat(client, response.chat);
      refreshLists(client);
      onClose();
    },
    onError: (error) => toast({ ...problemOf(error), tone: "danger" }),
  });
  const submit = () => {
    if (title.trim()) mutate({ chatId: chat.chatId, title: title.trim(), requestId: crypto.randomUUID() });
  };
  return (
    <FormDialog
      open
      onOpenChange={onClose}
      title="Rename chat"
      submitLabel="Rename"
      busy={isPending || !title.trim()}
      onSubmit={submit}
    >
      <TextField
        label="Title"
        maxLength={200}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
    </FormDialog>
  );
}

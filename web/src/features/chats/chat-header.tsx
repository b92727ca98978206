import type { Chat } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { titleOf } from "./chat-title.ts";

export function ChatHeader({ chat }: { chat: Chat }) {
  return (
    <div className="flex h-11 shrink-0 items-center border-b border-line">
      <h1 className="mx-auto w-full max-w-3xl truncate px-4 text-sm font-medium">{titleOf(chat)}</h1>
    </div>
  );
}

import type { Chat } from "@ameide/proto/ameide/chat/v1/chat_pb.js";

export function titleOf(chat: Pick<Chat, "title">): string {
  return chat.title || "New chat";
}

import type { Actor } from "../platform/auth/actor.ts";
import type { Reader } from "../platform/db/database.ts";
import { mayRead } from "./chat-access.ts";
import { findChat } from "./store.ts";

/** The chat's id and title, unless the actor may not read it. */
export async function readableChatReference(reader: Reader, actor: Actor, chatId: string) {
  const chat = await findChat(reader, chatId);
  return chat && !chat.deleted && mayRead(actor, chat) ? { chatId, chatTitle: chat.title } : undefined;
}

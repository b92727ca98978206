import type { Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { mayRead } from "./chat-access.ts";
import { findChat } from "./store.ts";

/** The chat's id and title, unless the actor may not read it. */
export async function readableChatReference(deps: { database: Database }, actor: Actor, chatId: string) {
  const chat = await findChat(deps.database.reader(actor.tenantId), chatId);
  return chat && !chat.deleted && mayRead(actor, chat) ? { chatId, chatTitle: chat.title } : undefined;
}

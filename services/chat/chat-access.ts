import { ChatVisibility } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { isAdmin, type Actor } from "../platform/auth/actor.ts";
import type { Reader } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import type { ChatState } from "./chat.ts";
import { findChat } from "./store.ts";

export function mayRead(actor: Actor, chat: ChatState): boolean {
  if (chat.userId === actor.userId || chat.visibility === ChatVisibility.TENANT) return true;
  return chat.visibility === ChatVisibility.TEAM && chat.teamIds.some((team) => actor.teams.includes(team));
}

const mayManage = (actor: Actor, chat: ChatState): boolean =>
  chat.userId === actor.userId || (isAdmin(actor) && mayRead(actor, chat));

const notFound = (chatId: string) =>
  new AppError("CHAT_NOT_FOUND", "there is no such chat, or it is not shared with you", {
    metadata: { chat_id: chatId },
  });

/** The chat as it stands, deleted or not, if the actor may read it. For those who hear that it was deleted. */
export async function loadChatOrItsEnd(reader: Reader, actor: Actor, chatId: string): Promise<ChatState> {
  const chat = await findChat(reader, chatId);
  if (!chat || !mayRead(actor, chat)) throw notFound(chatId);
  return chat;
}

/** The chat, if it is there and the actor may read it; what may not be read looks as if it were not there. */
export async function loadReadableChat(reader: Reader, actor: Actor, chatId: string): Promise<ChatState> {
  const chat = await loadChatOrItsEnd(reader, actor, chatId);
  if (chat.deleted) throw notFound(chatId);
  return chat;
}

/** The chat, if the actor may rename, share and delete it. */
export async function loadManageableChat(reader: Reader, actor: Actor, chatId: string): Promise<ChatState> {
  const chat = await loadReadableChat(reader, actor, chatId);
  if (!mayManage(actor, chat)) throw notFound(chatId);
  return chat;
}

/** Whether the chat is there and the actor may read it. */
export async function mayReadChat(reader: Reader, actor: Actor, chatId: string): Promise<boolean> {
  const chat = await findChat(reader, chatId);
  return chat !== undefined && !chat.deleted && mayRead(actor, chat);
}

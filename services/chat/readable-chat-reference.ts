import type { Actor } from "../platform/auth/actor.ts";
import type { Reader } from "../platform/db/database.ts";
import { mayRead } from "./chat-access.ts";
import { findLink } from "./link-store.ts";
import { findChat } from "./store.ts";

/** The chat's id and title, and since when it is linked to the artifact, unless the actor may not read it. */
export async function readableChatReference(
  reader: Reader,
  actor: Actor,
  chatId: string,
  artifactId: string,
) {
  const chat = await findChat(reader, chatId);
  if (!chat || chat.deleted || !mayRead(actor, chat)) return undefined;
  const link = await findLink(reader, chatId, artifactId);
  return { chatId, chatTitle: chat.title, linkedAt: link?.linkedAt };
}

import type { ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { Actor } from "../platform/auth/actor.ts";
import type { CommandDeps } from "../platform/command/run-command.ts";
import type { Tx } from "../platform/db/database.ts";
import type { EventStore, StoredEvent } from "../platform/event-store/event-store.ts";
import { chatStream, evolveChat, type ChatEvent, type ChatState } from "./chat.ts";
import { saveLink, removeLink } from "./link-store.ts";
import { saveMessage, withdrawMessage } from "./message-store.ts";
import { saveChat } from "./store.ts";

export interface ChatDeps extends CommandDeps {
  events: EventStore;
}

/** Who causes a change: an actor, or an executor on behalf of a user. */
export type Causer = Pick<Actor, "userId" | "traceId">;

/** Appends what was decided and stores the chat, its messages and its links as they stand then. */
export async function changeChat(
  tx: Tx,
  deps: ChatDeps,
  causer: Causer,
  chat: ChatState,
  decided: readonly ChatEvent[],
  requestId = "",
): Promise<ChatState> {
  if (decided.length === 0) return chat;
  const appended = await deps.events.append(
    tx,
    [{ streamId: chatStream(chat.chatId), expectedVersion: chat.version, events: decided }],
    { userId: causer.userId, requestId, traceId: causer.traceId },
  );
  let next = chat;
  for (const stored of appended) {
    next = evolveChat(next, stored.data as ChatEvent, stored);
    await saveDetails(tx, chat.chatId, stored);
  }
  await saveChat(tx, next);
  return next;
}

/** The message as it stands in its chat; one that opens its turn names no other. */
export function placed(message: ChatMessage, version: number): ChatMessage {
  return { ...message, version: BigInt(version), turn: message.turn || BigInt(version) };
}

async function saveDetails(
  tx: Tx,
  chatId: string,
  { data, version, time, metadata }: StoredEvent,
): Promise<void> {
  const event = data as ChatEvent;
  switch (event.$typeName) {
    case "ameide.events.v1.MessageSent":
      if (event.message) await saveMessage(tx, placed(event.message, version));
      return;
    case "ameide.events.v1.AnswerWithdrawn":
      if (event.message) await saveMessage(tx, { ...placed(event.message, version), withdrawn: true });
      return;
    case "ameide.events.v1.TurnWithdrawn":
      return withdrawMessage(tx, chatId, event.messageId);
    case "ameide.events.v1.ChatArtifactLinked": {
      const { artifactId, relationType } = event;
      return saveLink(tx, { chatId, artifactId, relationType, createdBy: metadata.userId, linkedAt: time });
    }
    case "ameide.events.v1.ChatArtifactUnlinked":
      return removeLink(tx, chatId, event.artifactId);
    default:
  }
}

import type { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import type { ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import {
  artifactStream,
  evolveArtifact,
  newArtifact,
  type ArtifactEvent,
  type ArtifactState,
} from "../artifact/artifact.ts";
import { placed } from "../chat/change-chat.ts";
import { chatStream, evolveChat, newChat, type ChatEvent, type ChatState } from "../chat/chat.ts";
import type { Link } from "../chat/link-store.ts";
import type { Reader } from "../platform/db/database.ts";
import type { EventStore, StoredEvent } from "../platform/event-store/event-store.ts";

/** What the events of a chat say that its rows must hold. */
export interface FoldedChat {
  chat: ChatState;
  messages: ChatMessage[];
  /** By artifact. */
  links: Map<string, Link>;
}

export interface FoldedArtifact {
  artifact: ArtifactState;
  /** By chat. */
  links: Map<string, RelationType>;
}

export async function foldChat(events: EventStore, reader: Reader, chatId: string): Promise<FoldedChat> {
  const folded: FoldedChat = { chat: newChat(chatId), messages: [], links: new Map() };
  for (const stored of await denseEvents(events, reader, chatStream(chatId))) {
    const event = stored.data as ChatEvent;
    folded.chat = evolveChat(folded.chat, event, stored);
    foldDetails(folded, event, stored);
  }
  return folded;
}

function foldDetails(
  { chat: { chatId }, messages, links }: FoldedChat,
  event: ChatEvent,
  stored: StoredEvent,
) {
  if (event.$typeName === "ameide.events.v1.MessageSent" && event.message) {
    messages.push(placed(event.message, stored.version));
  }
  if (event.$typeName === "ameide.events.v1.TurnWithdrawn") {
    const gone = messages.findIndex(({ messageId }) => messageId === event.messageId);
    if (gone >= 0) messages.splice(gone, 1);
  }
  if (event.$typeName === "ameide.events.v1.ChatArtifactUnlinked") links.delete(event.artifactId);
  if (event.$typeName !== "ameide.events.v1.ChatArtifactLinked") return;
  const { artifactId, relationType } = event;
  const fresh = { chatId, artifactId, createdBy: stored.metadata.userId, linkedAt: stored.time };
  links.set(artifactId, { ...(links.get(artifactId) ?? fresh), relationType });
}

export async function foldArtifact(
  events: EventStore,
  reader: Reader,
  artifactId: string,
): Promise<FoldedArtifact> {
  const folded: FoldedArtifact = { artifact: newArtifact(artifactId), links: new Map() };
  for (const stored of await denseEvents(events, reader, artifactStream(artifactId))) {
    const event = stored.data as ArtifactEvent;
    const { version, time, metadata } = stored;
    folded.artifact = evolveArtifact(folded.artifact, event, { version, time, userId: metadata.userId });
    if (event.$typeName === "ameide.events.v1.ArtifactChatLinked")
      folded.links.set(event.chatId, event.relationType);
    if (event.$typeName === "ameide.events.v1.ArtifactChatUnlinked") folded.links.delete(event.chatId);
  }
  return folded;
}

async function denseEvents(events: EventStore, reader: Reader, stream: string): Promise<StoredEvent[]> {
  const stored = await events.read(reader, stream);
  const gap = stored.find(({ version }, i) => version !== i + 1);
  if (gap) throw new Error(`${stream} has no version before ${gap.version}`);
  return stored;
}

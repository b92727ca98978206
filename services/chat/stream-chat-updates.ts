import type {
  StreamChatUpdatesRequest,
  StreamChatUpdatesResponseSchema,
} from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { StoredEvent } from "../platform/event-store/event-store.ts";
import { tailStream, type TailDeps } from "../platform/event-store/stream-tail.ts";
import { UPDATE_HEARTBEAT_MILLISECONDS, withHeartbeats } from "../platform/event-store/with-heartbeats.ts";
import { checkpointToken, versionOfCheckpoint } from "../platform/tokens/checkpoint-token.ts";
import { placed } from "./change-chat.ts";
import { loadChatOrItsEnd, loadReadableChat } from "./chat-access.ts";
import { chatMessage, relationMessage } from "./chat-message.ts";
import { chatStream, type ChatEvent } from "./chat.ts";
import { findLink } from "./link-store.ts";

type Response = MessageInitShape<typeof StreamChatUpdatesResponseSchema>;

export async function* streamChatUpdates(
  deps: TailDeps,
  actor: Actor,
  request: StreamChatUpdatesRequest,
  signal: AbortSignal,
): AsyncGenerator<Response> {
  requireScope(actor, "chat.read");
  const chat = await loadReadableChat(deps.database.reader(actor.tenantId), actor, request.chatId);
  const { chatId } = chat;
  const stream = chatStream(chatId);
  let version = versionOfCheckpoint(request.checkpointToken, stream, chat.version);
  const events = tailStream(deps, actor.tenantId, stream, version, signal);
  for await (const event of withHeartbeats(events, UPDATE_HEARTBEAT_MILLISECONDS)) {
    version = event?.version ?? version;
    const update = event ? await updateOf(deps, actor, chatId, event) : NOTHING;
    yield {
      update,
      version: BigInt(version),
      checkpointToken: checkpointToken(stream, version),
      eventTime: timestampFromDate(event?.time ?? new Date()),
    };
    if (update.case === "deleted") return;
  }
}

/** A heartbeat's. */
const NOTHING = { case: undefined };

async function updateOf(
  deps: TailDeps,
  actor: Actor,
  chatId: string,
  { data, version, time, metadata }: StoredEvent,
): Promise<NonNullable<Response["update"]>> {
  const event = data as ChatEvent;
  switch (event.$typeName) {
    case "ameide.events.v1.MessageSent":
      return event.message ? { case: "message", value: placed(event.message, version) } : { case: undefined };
    case "ameide.events.v1.TurnWithdrawn": {
      const { runId, messageId } = event;
      return { case: "turnWithdrawn", value: { runId, messageIds: [messageId], ended: false } };
    }
    case "ameide.events.v1.AnswerWithdrawn": {
      const { runId = "", messageId = "" } = event.message ?? {};
      return { case: "turnWithdrawn", value: { runId, messageIds: [messageId], ended: true } };
    }
    case "ameide.events.v1.TurnResumed":
      return { case: "turnResumed", value: { runId: event.runId } };
    case "ameide.events.v1.ChatArtifactLinked": {
      const { artifactId, relationType } = event;
      const made = { chatId, artifactId, relationType, linkedAt: time, createdBy: metadata.userId };
      const now = await findLink(deps.database.reader(actor.tenantId), chatId, artifactId);
      // A link keeps who made it, and when, while its type changes.
      const link = now && now.linkedAt <= time ? { ...now, relationType } : made;
      return { case: "relation", value: relationMessage(link) };
    }
    case "ameide.events.v1.ChatArtifactUnlinked":
      return { case: "artifactRemoved", value: event.artifactId };
    case "ameide.events.v1.ChatDeleted":
      return { case: "deleted", value: { deletedBy: metadata.userId } };
    default: {
      // Reading it again also ends the stream of somebody with whom it is no longer shared.
      const chat = await loadChatOrItsEnd(deps.database.reader(actor.tenantId), actor, chatId);
      return { case: "chat", value: chatMessage(chat) };
    }
  }
}

import type {
  StreamArtifactUpdatesRequest,
  StreamArtifactUpdatesResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { StoredEvent } from "../platform/event-store/event-store.ts";
import { tailStream, type TailDeps } from "../platform/event-store/stream-tail.ts";
import { UPDATE_HEARTBEAT_MILLISECONDS, withHeartbeats } from "../platform/event-store/with-heartbeats.ts";
import { checkpointToken, versionOfCheckpoint } from "../platform/tokens/checkpoint-token.ts";
import { artifactMessage } from "./artifact-message.ts";
import type { ArtifactEvent } from "./artifact.ts";
import { loadArtifact } from "./change-artifact.ts";
import { isContentEvent } from "./content/content-event.ts";
import { loadLine, type ContentLine } from "./content/content-line.ts";
import { contentUpdate } from "./content/content-update.ts";

type Response = MessageInitShape<typeof StreamArtifactUpdatesResponseSchema>;

export interface StreamArtifactDeps extends TailDeps {
  /** The chat as a reference, unless the actor may not read it; `linkedAt` is of the link that there is now. */
  readableChatReference(
    actor: Actor,
    chatId: string,
    artifactId: string,
  ): Promise<{ chatId: string; chatTitle: string; linkedAt: Date | undefined } | undefined>;
}

export async function* streamArtifactUpdates(
  deps: StreamArtifactDeps,
  actor: Actor,
  request: StreamArtifactUpdatesRequest,
  signal: AbortSignal,
): AsyncGenerator<Response> {
  requireScope(actor, "artifact.read");
  const { artifactId, branch } = request;
  const line = await loadLine(deps.database.reader(actor.tenantId), { artifactId, branch });
  const stream = line.streamId;
  let version = versionOfCheckpoint(request.checkpointToken, stream, line.version);
  const events = tailStream(deps, actor.tenantId, stream, version, signal);
  for await (const event of withHeartbeats(events, UPDATE_HEARTBEAT_MILLISECONDS)) {
    version = event?.version ?? version;
    yield {
      update: event ? await updateOf(deps, actor, line, event) : NOTHING,
      version: BigInt(version),
      checkpointToken: checkpointToken(stream, version),
      eventTime: timestampFromDate(event?.time ?? new Date()),
    };
  }
}

/** A heartbeat's. */
const NOTHING = { case: undefined };

async function updateOf(
  deps: StreamArtifactDeps,
  actor: Actor,
  line: ContentLine,
  stored: StoredEvent,
): Promise<NonNullable<Response["update"]>> {
  if (isContentEvent(stored.data)) return contentUpdate(line.name, stored.data, stored.version);
  if (line.branch) return NOTHING;
  const { artifactId } = line.artifact;
  const { data, time } = stored;
  const event = data as ArtifactEvent;
  switch (event.$typeName) {
    case "ameide.events.v1.ArtifactChatLinked": {
      const chat = await deps.readableChatReference(actor, event.chatId, artifactId);
      if (!chat) return { case: undefined };
      // A link keeps since when it is while its type changes.
      const linkedAt = chat.linkedAt && chat.linkedAt <= time ? chat.linkedAt : time;
      const value = { ...chat, relationType: event.relationType, linkedAt: timestampFromDate(linkedAt) };
      return { case: "chatAdded", value };
    }
    case "ameide.events.v1.ArtifactChatUnlinked": {
      const chat = await deps.readableChatReference(actor, event.chatId, artifactId);
      return chat ? { case: "chatRemoved", value: event.chatId } : { case: undefined };
    }
    default: {
      const now = await loadArtifact(deps.database.reader(actor.tenantId), artifactId);
      return { case: "artifact", value: artifactMessage(now) };
    }
  }
}

import {
  ArtifactEventType,
  type ArtifactHistoryEntrySchema,
} from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import {
  GetArtifactHistoryRequestSchema,
  type GetArtifactHistoryRequest,
  type GetArtifactHistoryResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import type { EventStore, StoredEvent } from "../platform/event-store/event-store.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { artifactStream, type ArtifactEvent } from "./artifact.ts";
import { loadArtifact } from "./change-artifact.ts";
import { whatHappenedToContent, type WhatHappened } from "./content/content-history.ts";

export async function getArtifactHistory(
  deps: { database: Database; events: EventStore },
  actor: Actor,
  request: GetArtifactHistoryRequest,
): Promise<MessageInitShape<typeof GetArtifactHistoryResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const { artifactId } = await loadArtifact(reader, request.artifactId);
  const page = pageOf(GetArtifactHistoryRequestSchema, request, { default: 20, max: 100, numbered: true });
  const options = { limit: page.size + 1, ...(page.after && { before: Number(page.after.sortKey) }) };
  const events = await deps.events.readBackwards(reader, artifactStream(artifactId), options);
  return {
    entries: events.slice(0, page.size).map(historyEntry),
    nextPageToken: page.nextToken(events, (e) => ({ sortKey: String(e.version), id: artifactId })),
  };
}

function historyEntry(stored: StoredEvent): MessageInitShape<typeof ArtifactHistoryEntrySchema> {
  return {
    ...whatHappened(stored.data as ArtifactEvent),
    eventTime: timestampFromDate(stored.time),
    userId: stored.metadata.userId,
    version: BigInt(stored.version),
  };
}

function whatHappened(event: ArtifactEvent): WhatHappened {
  switch (event.$typeName) {
    case "ameide.events.v1.ArtifactCreated":
      return { eventType: ArtifactEventType.CREATED, details: { title: event.title, kind: event.kind } };
    case "ameide.events.v1.ArtifactRenamed":
      return {
        eventType: ArtifactEventType.RENAMED,
        details: { old_title: event.oldTitle, new_title: event.title },
      };
    case "ameide.events.v1.ArtifactChatLinked":
      return { eventType: ArtifactEventType.CHAT_LINKED, chatId: event.chatId };
    case "ameide.events.v1.ArtifactChatUnlinked":
      return { eventType: ArtifactEventType.CHAT_UNLINKED, chatId: event.chatId };
    default:
      return whatHappenedToContent(event);
  }
}

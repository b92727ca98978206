import { ArtifactEventType, RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import type { ArtifactEvent } from "../artifact.ts";

/** An event as the history tells it. */
export interface WhatHappened {
  eventType: ArtifactEventType;
  chatId?: string;
  details?: Record<string, string>;
}

type OfContent = Exclude<
  ArtifactEvent,
  { $typeName: `ameide.events.v1.Artifact${"Created" | "Renamed" | "ChatLinked" | "ChatUnlinked"}` }
>;

export function whatHappenedToContent(event: OfContent): WhatHappened {
  switch (event.$typeName) {
    case "ameide.events.v1.ArtifactModelChanged": {
      const { patchId, comment, changeCount } = event;
      const origin = RevisionOrigin[event.origin].toLowerCase();
      const details = given({ origin, changes: String(changeCount), patch_id: patchId, comment });
      return { eventType: ArtifactEventType.MODEL_CHANGED, details };
    }
    case "ameide.events.v1.ArtifactContentImported": {
      const { sourceName = "", source = "", notation = "" } = event.content ?? {};
      const { comment, problemCount } = event;
      const problems = String(problemCount);
      const details = given({ name: sourceName, sha256: source, notation, problems, comment });
      return { eventType: ArtifactEventType.CONTENT_IMPORTED, details };
    }
    case "ameide.events.v1.ArtifactDocumentChanged": {
      const details = given({ size_bytes: String(event.content?.sizeBytes ?? 0n), comment: event.comment });
      return { eventType: ArtifactEventType.DOCUMENT_CHANGED, details };
    }
    case "ameide.events.v1.ArtifactSnapshotCreated": {
      const details = { name: event.name, sha256: event.sha256, of_version: String(event.ofVersion) };
      return { eventType: ArtifactEventType.SNAPSHOT_CREATED, details };
    }
    case "ameide.events.v1.ArtifactFileAttached": {
      const { attachmentId: attachment_id, name, mediaType: media_type, sha256 } = event;
      return {
        eventType: ArtifactEventType.FILE_ATTACHED,
        details: { attachment_id, name, media_type, sha256 },
      };
    }
    case "ameide.events.v1.ArtifactFileRemoved": {
      const details = { attachment_id: event.attachmentId, name: event.name };
      return { eventType: ArtifactEventType.FILE_REMOVED, details };
    }
  }
}

/** Without what is empty. */
const given = (details: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(details).filter(([, value]) => value !== ""));

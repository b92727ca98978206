import type { StreamArtifactUpdatesResponseSchema } from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ContentEvent } from "../artifact.ts";

type Update = NonNullable<MessageInitShape<typeof StreamArtifactUpdatesResponseSchema>["update"]>;

/** What watchers are told of a commit: exactly one message. What is too much for one is read again. */
export function contentUpdate(branch: string, event: ContentEvent, version: number): Update {
  const between = { branch, fromVersion: event.fromVersion, toVersion: BigInt(version) };
  switch (event.$typeName) {
    case "ameide.events.v1.ArtifactDocumentChanged":
      return { case: "documentDelta", value: { ...between, edits: event.edits, fullReload: event.replaced } };
    case "ameide.events.v1.ArtifactContentImported":
      return {
        case: "modelDelta",
        value: { ...between, changes: event.changes, fullReload: event.replaced },
      };
    case "ameide.events.v1.ArtifactModelChanged": {
      const { changes, patchId, changesObject } = event;
      return {
        case: "modelDelta",
        value: { ...between, changes, patchId, fullReload: changesObject !== "" },
      };
    }
  }
}

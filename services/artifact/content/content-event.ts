import { ModelChangesSchema } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create, fromBinary, toBinary, type Message } from "@bufbuild/protobuf";
import type { ModelChange } from "@ameide/proto/ameide/model/v1/model_pb.js";
import type { Change } from "../../notation/change.ts";
import { changeFromMessage, changeMessage } from "../../notation/model-messages.ts";
import type { Tx } from "../../platform/db/database.ts";
import type { ArtifactEvent, ContentEvent } from "../artifact.ts";
import { MOST_CHANGE_BYTES, MOST_CHANGES } from "./content-limits.ts";
import { getObject, keepObject, type ObjectDeps } from "./stored-object.ts";

const CONTENT_EVENTS = new Set<string>([
  "ameide.events.v1.ArtifactModelChanged",
  "ameide.events.v1.ArtifactContentImported",
  "ameide.events.v1.ArtifactDocumentChanged",
] satisfies ContentEvent["$typeName"][]);

export const isContentEvent = (event: Message): event is ContentEvent =>
  CONTENT_EVENTS.has((event as ArtifactEvent).$typeName);

/** The changes for an event: in it, or where they are too many as an object beside it. */
export async function storedChanges(
  deps: ObjectDeps,
  tx: Tx,
  changes: readonly Change[],
): Promise<{ changes: ModelChange[]; changesObject: string }> {
  const messages = changes.map(changeMessage);
  const bytes = toBinary(ModelChangesSchema, create(ModelChangesSchema, { changes: messages }));
  if (messages.length <= MOST_CHANGES && bytes.length <= MOST_CHANGE_BYTES)
    return { changes: messages, changesObject: "" };
  return { changes: [], changesObject: await keepObject(deps, tx, bytes) };
}

/** What the event did to the graph; undefined: it has replaced all of it. */
export async function changesOf(
  deps: Pick<ObjectDeps, "objects">,
  tenantId: string,
  event: ContentEvent,
): Promise<readonly Change[] | undefined> {
  if (event.$typeName === "ameide.events.v1.ArtifactDocumentChanged") return [];
  if (event.$typeName === "ameide.events.v1.ArtifactContentImported")
    return event.replaced ? undefined : event.changes.map(changeFromMessage);
  if (event.changesObject === "") return event.changes.map(changeFromMessage);
  const bytes = await getObject(deps, tenantId, event.changesObject);
  return fromBinary(ModelChangesSchema, bytes).changes.map(changeFromMessage);
}

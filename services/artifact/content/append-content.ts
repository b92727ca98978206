import type { ArtifactContentSchema } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Actor } from "../../platform/auth/actor.ts";
import type { Tx } from "../../platform/db/database.ts";
import type { ContentEvent } from "../artifact.ts";
import { changeArtifact, type ArtifactDeps } from "../change-artifact.ts";
import { saveBranch } from "./branch-store.ts";
import type { ContentLine } from "./content-line.ts";
import { contentAfter, contentMessage, type ContentState } from "./content-state.ts";
import { addRevision, type Revision } from "./revision-store.ts";

export interface NewContent {
  /** The event, given what the line holds after it. */
  event(content: MessageInitShape<typeof ArtifactContentSchema>): ContentEvent;
  content: Omit<ContentState, "version" | "sourceVersion">;
  revision: Pick<Revision, "origin" | "patchId" | "comment" | "changeCount">;
  requestId: string;
}

/** Appends one event to the line's stream, and stores the row and the revision that follow from it. */
export async function appendContent(
  tx: Tx,
  deps: ArtifactDeps,
  actor: Actor,
  line: ContentLine,
  { event: eventOf, content, revision, requestId }: NewContent,
): Promise<ContentState> {
  const event = eventOf(contentMessage(content));
  const at = line.branch
    ? await appendToBranch(tx, deps, actor, line, event, requestId)
    : await appendToMain(tx, deps, actor, line, event, requestId);
  await addRevision(tx, {
    ...revision,
    streamId: line.streamId,
    version: at.content.version,
    artifactId: line.artifact.artifactId,
    author: actor.userId,
    content: at.content,
    createTime: at.time,
  });
  return at.content;
}

interface Appended {
  content: ContentState;
  time: Date;
}

async function appendToMain(
  tx: Tx,
  deps: ArtifactDeps,
  actor: Actor,
  { artifact }: ContentLine,
  event: ContentEvent,
  requestId: string,
): Promise<Appended> {
  const { content, updateTime } = await changeArtifact(tx, deps, actor, artifact, [event], requestId);
  if (!content) throw new Error("an event of content leaves content");
  return { content, time: updateTime };
}

async function appendToBranch(
  tx: Tx,
  deps: ArtifactDeps,
  actor: Actor,
  line: ContentLine,
  event: ContentEvent,
  requestId: string,
): Promise<Appended> {
  const { branch, streamId, version: expectedVersion } = line;
  const appended = await deps.events.append(tx, [{ streamId, expectedVersion, events: [event] }], {
    userId: actor.userId,
    requestId,
    traceId: actor.traceId,
  });
  const { version, time } = appended[0] ?? { version: expectedVersion, time: deps.now() };
  const content = contentAfter(event, version, line.content);
  if (!branch || !content) throw new Error("an event of content leaves content");
  await saveBranch(tx, { ...branch, version, content, updateTime: time });
  return { content, time };
}

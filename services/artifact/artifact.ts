import type { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import {
  ArtifactChatLinkedSchema,
  ArtifactChatUnlinkedSchema,
  ArtifactCreatedSchema,
  ArtifactRenamedSchema,
  type ArtifactChatLinked,
  type ArtifactChatUnlinked,
  type ArtifactContentImported,
  type ArtifactCreated,
  type ArtifactDocumentChanged,
  type ArtifactFileAttached,
  type ArtifactFileRemoved,
  type ArtifactModelChanged,
  type ArtifactRenamed,
  type ArtifactSnapshotCreated,
} from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { contentAfter, type ContentState } from "./content/content-state.ts";

/** Each makes one version of the content. */
export type ContentEvent = ArtifactModelChanged | ArtifactContentImported | ArtifactDocumentChanged;

export type ArtifactEvent =
  | ArtifactCreated
  | ArtifactRenamed
  | ArtifactChatLinked
  | ArtifactChatUnlinked
  | ContentEvent
  | ArtifactSnapshotCreated
  | ArtifactFileAttached
  | ArtifactFileRemoved;

/** An artifact as its events left it. */
export interface ArtifactState {
  artifactId: string;
  title: string;
  kind: string;
  labels: Record<string, string>;
  createdBy: string;
  primaryChatId: string;
  version: number;
  createTime: Date;
  updateTime: Date;
  /** On its main branch; undefined until something was imported or written. */
  content: ContentState | undefined;
}

/** When and by whom an event happened. */
export interface Occurrence {
  version: number;
  time: Date;
  userId: string;
}

export const artifactStream = (artifactId: string): string => `artifact-${artifactId}`;

export function newArtifact(artifactId: string): ArtifactState {
  const never = new Date(0);
  return {
    artifactId,
    title: "",
    kind: "",
    labels: {},
    createdBy: "",
    primaryChatId: "",
    version: 0,
    createTime: never,
    updateTime: never,
    content: undefined,
  };
}

export function decideCreate(given: {
  title: string;
  kind: string;
  labels: Record<string, string>;
  primaryChatId: string;
}): ArtifactEvent[] {
  return [create(ArtifactCreatedSchema, given)];
}

export function decideRename(artifact: ArtifactState, title: string): ArtifactEvent[] {
  if (artifact.title === title) return [];
  return [create(ArtifactRenamedSchema, { title, oldTitle: artifact.title })];
}

export function decideLinkChat(
  chat: { chatId: string; title: string },
  relationType: RelationType,
): ArtifactEvent[] {
  return [create(ArtifactChatLinkedSchema, { chatId: chat.chatId, chatTitle: chat.title, relationType })];
}

export function decideUnlinkChat(chatId: string): ArtifactEvent[] {
  return [create(ArtifactChatUnlinkedSchema, { chatId })];
}

export function evolveArtifact(artifact: ArtifactState, event: ArtifactEvent, at: Occurrence): ArtifactState {
  const next = { ...artifact, version: at.version, updateTime: at.time };
  switch (event.$typeName) {
    case "ameide.events.v1.ArtifactCreated": {
      const { title, kind, labels, primaryChatId } = event;
      return { ...next, title, kind, labels, primaryChatId, createdBy: at.userId, createTime: at.time };
    }
    case "ameide.events.v1.ArtifactRenamed":
      return { ...next, title: event.title };
    case "ameide.events.v1.ArtifactModelChanged":
    case "ameide.events.v1.ArtifactContentImported":
    case "ameide.events.v1.ArtifactDocumentChanged":
      return { ...next, content: contentAfter(event, at.version, artifact.content) };
    case "ameide.events.v1.ArtifactChatLinked":
    case "ameide.events.v1.ArtifactChatUnlinked":
    case "ameide.events.v1.ArtifactSnapshotCreated":
    case "ameide.events.v1.ArtifactFileAttached":
    case "ameide.events.v1.ArtifactFileRemoved":
      return next;
  }
}

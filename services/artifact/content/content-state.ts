import { ContentForm, type ContentInfoSchema } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import {
  type ArtifactContent,
  type ArtifactContentSchema,
} from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";

/** What an artifact, or a branch of it, holds. Plain, so that rows keep it as JSON. */
export interface ContentState {
  form: "model" | "document";
  /** Empty for documents. */
  notation: string;
  mediaType: string;
  /** The object of the file that was imported last, or of the text; empty: there is no file. */
  source: string;
  sourceName: string;
  /** The version at which the source came. */
  sourceVersion: number;
  /** Bytes of the source. */
  size: number;
  elements: number;
  relations: number;
  views: number;
  /** Under which its elements, or the links of a document, are found; empty for branches. */
  indexId: string;
  /** Of the stream, when it last changed. */
  version: number;
}

export type ContentCounts = Pick<ContentState, "elements" | "relations" | "views">;

/** As an event has it: the version is the event's own. */
export function contentMessage(
  content: Omit<ContentState, "version" | "sourceVersion">,
): MessageInitShape<typeof ArtifactContentSchema> {
  const { form, notation, mediaType, source, sourceName, size, indexId } = content;
  return {
    form: form === "model" ? ContentForm.MODEL : ContentForm.DOCUMENT,
    notation,
    mediaType,
    source,
    sourceName,
    sizeBytes: BigInt(size),
    elementCount: content.elements,
    relationCount: content.relations,
    viewCount: content.views,
    indexId,
  };
}

/** After an event of this version. Changes leave the source that there was; everything else brings its own. */
export function contentAfter(
  { $typeName, content: message }: { $typeName: string; content?: ArtifactContent | undefined },
  version: number,
  before: ContentState | undefined,
): ContentState | undefined {
  if (!message) return before;
  const isChange = $typeName === "ameide.events.v1.ArtifactModelChanged";
  return {
    form: message.form === ContentForm.DOCUMENT ? "document" : "model",
    notation: message.notation,
    mediaType: message.mediaType,
    source: message.source,
    sourceName: message.sourceName,
    sourceVersion: isChange && before ? before.sourceVersion : version,
    size: Number(message.sizeBytes),
    elements: message.elementCount,
    relations: message.relationCount,
    views: message.viewCount,
    indexId: message.indexId,
    version,
  };
}

type ShownContent = Omit<ContentState, "source" | "sourceName" | "sourceVersion" | "indexId">;

/** As callers see it. */
export function contentInfo(content: ShownContent): MessageInitShape<typeof ContentInfoSchema> {
  const { form, notation, mediaType, size, version } = content;
  return {
    form: form === "model" ? ContentForm.MODEL : ContentForm.DOCUMENT,
    notation,
    mediaType,
    sizeBytes: BigInt(size),
    elementCount: content.elements,
    relationCount: content.relations,
    viewCount: content.views,
    version: BigInt(version),
  };
}

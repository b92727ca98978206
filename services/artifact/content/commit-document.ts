import type { RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { ArtifactDocumentChangedSchema } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import type { Actor } from "../../platform/auth/actor.ts";
import type { Tx } from "../../platform/db/database.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { appendContent } from "./append-content.ts";
import { kindOf } from "./artifact-kinds.ts";
import type { ModelDeps } from "./content-deps.ts";
import { MOST_CHANGE_BYTES, MOST_DOCUMENT_BYTES } from "./content-limits.ts";
import { requireContent, type ContentLine } from "./content-line.ts";
import type { ContentState } from "./content-state.ts";
import { indexDocument } from "./model-index-store.ts";
import { needObjects } from "./stored-object-store.ts";
import { getObject, keepObject } from "./stored-object.ts";
import { editBetween } from "./text-edits.ts";

export interface NewText {
  text: string;
  /** What its file is called; by default as before. */
  name?: string;
  origin: RevisionOrigin;
  comment: string;
  requestId: string;
}

/** The text that a line holds. */
export async function textOf(
  deps: Pick<ModelDeps, "objects">,
  tenantId: string,
  content: ContentState,
): Promise<string> {
  return new TextDecoder().decode(await getObject(deps, tenantId, content.source));
}

/** Makes the text the next version; undefined when it is what is there already. */
export async function commitDocument(
  tx: Tx,
  deps: ModelDeps,
  actor: Actor,
  line: ContentLine,
  { text, name, origin, comment, requestId }: NewText,
): Promise<ContentState | undefined> {
  const before = documentOf(line);
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MOST_DOCUMENT_BYTES) throw tooLong(bytes.length);
  const edit = editBetween(before ? await textOf(deps, tx.tenantId, before) : "", text);
  if (before && !edit) return undefined;
  const source = await keepObject(deps, tx, bytes);
  const replaced = (edit?.inserted.length ?? 0) > MOST_CHANGE_BYTES;
  const edits =
    edit && !replaced ? [{ ...edit, offset: BigInt(edit.offset), deleted: BigInt(edit.deleted) }] : [];
  const fromVersion = BigInt(before?.version ?? 0);
  const content = await appendContent(tx, deps, actor, line, {
    event: (message) =>
      create(ArtifactDocumentChangedSchema, { edits, replaced, comment, fromVersion, content: message }),
    content: {
      form: "document",
      notation: "",
      mediaType: "text/markdown",
      source,
      sourceName: name ?? before?.sourceName ?? "",
      size: bytes.length,
      elements: 0,
      relations: 0,
      views: 0,
      indexId: line.branch ? "" : before?.indexId || uuidv7(),
    },
    revision: { origin, patchId: "", comment, changeCount: edits.length },
    requestId,
  });
  await indexDocument(tx, { artifactId: line.artifact.artifactId, indexId: content.indexId }, text);
  await needObjects(tx, [source]);
  return content;
}

/** What is there; refuses artifacts that hold a model, or are meant to. */
function documentOf(line: ContentLine): ContentState | undefined {
  const isForModels = kindOf(line.artifact.kind)?.form === "model";
  return line.content || isForModels ? requireContent(line, "document") : undefined;
}

const tooLong = (bytes: number): AppError =>
  new AppError("CONTENT_INVALID", `a document has at most ${MOST_DOCUMENT_BYTES} bytes; split it`, {
    metadata: { code: "DOCUMENT_TOO_LONG", bytes: String(bytes), limit: String(MOST_DOCUMENT_BYTES) },
  });

const MARK_BYTES = 3;

/** Refuses a file that is no document whatever is in it. */
export function requireDocumentSize(bytes: number): void {
  if (bytes > MOST_DOCUMENT_BYTES + MARK_BYTES) throw tooLong(bytes);
}

/** The text of a file: UTF-8 with or without a mark, nothing binary. */
export function decodeText(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.slice());
    if (!text.includes("\0")) return text;
  } catch {
    // Falls through to the one refusal below.
  }
  throw new AppError("CONTENT_INVALID", "the file is no text in UTF-8; save it as such", {
    metadata: { code: "NOT_UTF8" },
  });
}

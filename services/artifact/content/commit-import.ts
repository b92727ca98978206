import { RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import {
  ArtifactContentCommandService,
  type ImportContentRequest,
  type ImportContentResponse,
} from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { ArtifactContentImportedSchema } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create, toBinary } from "@bufbuild/protobuf";
import { changeMessage } from "../../notation/model-messages.ts";
import { ModelChangesSchema } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import type { Actor } from "../../platform/auth/actor.ts";
import { runCommand } from "../../platform/command/run-command.ts";
import type { Tx } from "../../platform/db/database.ts";
import { artifactMessage } from "../artifact-message.ts";
import { decideCreate, newArtifact } from "../artifact.ts";
import { changeArtifact, loadArtifact } from "../change-artifact.ts";
import { appendContent } from "./append-content.ts";
import { DOCUMENT_KIND, kindOfNotation } from "./artifact-kinds.ts";
import { commitDocument } from "./commit-document.ts";
import { requireUnchanged } from "./commit-model.ts";
import type { ContentDeps } from "./content-deps.ts";
import { MOST_CHANGE_BYTES } from "./content-limits.ts";
import { loadLine, type ContentLine } from "./content-line.ts";
import type { ContentState } from "./content-state.ts";
import type { ImportTarget } from "./import-target.ts";
import type { ParsedFile, ParsedModel } from "./parse-file.ts";
import { addKeptGraph } from "./revision-store.ts";
import { needObjects } from "./stored-object-store.ts";
import { keepObject } from "./stored-object.ts";
import { deleteUpload } from "./upload-store.ts";
import type { UploadedFile } from "./upload.ts";

/** An import under way, by an actor who may. */
export interface Importing {
  deps: ContentDeps;
  actor: Actor;
  request: ImportContentRequest;
  target: ImportTarget;
  file: UploadedFile;
}

/** Makes what was parsed the next version. What is large is stored before; the transaction only names it. */
export async function commitImport(importing: Importing, parsed: ParsedFile): Promise<ImportContentResponse> {
  const { deps, actor, request, target, file } = importing;
  const { model, text = "" } = parsed;
  const objects = model && {
    source: await keepObject(deps, actor.tenantId, file.bytes, file.sha256),
    graph: await keepObject(deps, actor.tenantId, model.graph),
  };
  const { method } = ArtifactContentCommandService;
  return runCommand(deps, actor, method.importContent, request, async (tx) => {
    const line = await lineFor(tx, importing, parsed);
    const content =
      model && objects
        ? await commitParsed(tx, importing, line, { model, objects })
        : await commitDocument(tx, deps, actor, line, {
            text,
            name: file.upload.name,
            origin: RevisionOrigin.IMPORT,
            comment: request.comment,
            requestId: request.requestId,
          });
    await deleteUpload(tx, file.upload.uploadId);
    const artifact = artifactMessage(await loadArtifact(tx, target.artifactId));
    const version = BigInt(content?.version ?? line.content?.version ?? 0);
    const held = { ...parsed.outcome.content, version };
    const value = { ...parsed.outcome, artifact, version, content: held, changed: content !== undefined };
    return { event: { case: "result" as const, value } };
  });
}

/** The artifact as it was when the file was compared with it, or a new one. */
async function lineFor(
  tx: Tx,
  { deps, actor, request, target, file: { upload } }: Importing,
  { model }: ParsedFile,
): Promise<ContentLine> {
  const { artifactId, branch } = target;
  if (target.line) {
    const line = await loadLine(tx, { artifactId, branch });
    requireUnchanged(line.content ?? { version: 0 }, target.line.content?.version ?? 0);
    return line;
  }
  const title = request.title || upload.name.slice(0, 200);
  const kind = target.kindName || (model ? kindOfNotation(model.notation) : DOCUMENT_KIND);
  const decided = decideCreate({ title, kind, labels: {}, primaryChatId: "" });
  await changeArtifact(tx, deps, actor, newArtifact(artifactId), decided, request.requestId);
  return loadLine(tx, { artifactId });
}

interface ParsedImport {
  model: ParsedModel;
  objects: { source: string; graph: string };
}

/** Undefined when the file is the very one that is there, unchanged. */
async function commitParsed(
  tx: Tx,
  { deps, actor, request, file }: Importing,
  line: ContentLine,
  { model, objects }: ParsedImport,
): Promise<ContentState | undefined> {
  const before = line.content;
  const isSame = before?.source === objects.source && model.changes?.length === 0;
  if (isSame) return undefined;
  const { comment, requestId } = request;
  const changes = fitting(model);
  const content = await appendContent(tx, deps, actor, line, {
    event: (message) =>
      create(ArtifactContentImportedSchema, {
        origin: RevisionOrigin.IMPORT,
        graphObject: objects.graph,
        changes: changes ?? [],
        replaced: changes === undefined,
        fromVersion: BigInt(before?.version ?? 0),
        problemCount: model.problemCount,
        comment,
        content: message,
      }),
    content: {
      form: "model",
      notation: model.notation,
      mediaType: model.mediaType,
      source: objects.source,
      sourceName: file.upload.name,
      size: file.upload.size,
      ...model.counts,
      indexId: model.indexId,
    },
    revision: { origin: RevisionOrigin.IMPORT, patchId: "", comment, changeCount: changes?.length ?? 0 },
    requestId,
  });
  const kept = { streamId: line.streamId, version: content.version, object: objects.graph, now: deps.now() };
  await addKeptGraph(tx, kept);
  await needObjects(tx, [objects.source, objects.graph]);
  return content;
}

/** As an event takes them; undefined where they are too much for one. */
function fitting({ changes }: ParsedModel) {
  const messages = changes?.map(changeMessage);
  if (!messages) return undefined;
  const { length } = toBinary(ModelChangesSchema, create(ModelChangesSchema, { changes: messages }));
  return length <= MOST_CHANGE_BYTES ? messages : undefined;
}

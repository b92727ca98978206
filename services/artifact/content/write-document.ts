import { RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import {
  ArtifactContentCommandService,
  type WriteDocumentRequest,
  type WriteDocumentResponse,
} from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { firstAnswer, runCommand } from "../../platform/command/run-command.ts";
import type { Tx } from "../../platform/db/database.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { artifactMessage } from "../artifact-message.ts";
import { loadArtifact } from "../change-artifact.ts";
import { commitDocument, decodeText, requireDocumentSize, textOf } from "./commit-document.ts";
import { requireUnchanged } from "./commit-model.ts";
import type { ModelDeps } from "./content-deps.ts";
import { loadLine, requireContent, type ContentLine } from "./content-line.ts";
import { applyEdits, EditOutside } from "./text-edits.ts";
import { deleteUpload } from "./upload-store.ts";
import { forgetParts, withUpload, type UploadedFile } from "./upload.ts";

const METHOD = ArtifactContentCommandService.method.writeDocument;

export async function writeDocument(
  deps: ModelDeps,
  actor: Actor,
  request: WriteDocumentRequest,
  signal: AbortSignal,
): Promise<WriteDocumentResponse> {
  requireScope(actor, "artifact.write");
  const first = await firstAnswer(deps, actor, METHOD, request);
  if (first) return first;
  const { content } = request;
  if (content.case !== "uploadId") return write(deps, actor, request);
  return withUpload(deps, actor, content.value, { signal, fits: requireDocumentSize }, (file) =>
    write(deps, actor, request, file),
  );
}

async function write(
  deps: ModelDeps,
  actor: Actor,
  request: WriteDocumentRequest,
  file?: UploadedFile,
): Promise<WriteDocumentResponse> {
  const { content } = request;
  const uploaded = file && { text: decodeText(file.bytes), name: file.upload.name };
  const response = await runCommand(deps, actor, METHOD, request, async (tx) => {
    const line = await loadLine(tx, { artifactId: request.artifactId });
    if (request.expectedVersion > 0n)
      requireUnchanged(line.content ?? { version: 0 }, Number(request.expectedVersion));
    const written = uploaded ?? { text: await textFor(tx, deps, line, content) };
    const { comment, requestId } = request;
    const said = { origin: RevisionOrigin.DOCUMENT, comment, requestId };
    const after = await commitDocument(tx, deps, actor, line, { ...written, ...said });
    if (file) await deleteUpload(tx, file.upload.uploadId);
    const { version } = after ?? requireContent(line, "document");
    return {
      artifact: artifactMessage(await loadArtifact(tx, request.artifactId)),
      version: BigInt(version),
    };
  });
  if (file) await forgetParts(deps, actor.tenantId, file.upload.uploadId);
  return response;
}

async function textFor(
  tx: Tx,
  deps: ModelDeps,
  line: ContentLine,
  content: WriteDocumentRequest["content"],
): Promise<string> {
  if (content.case === "text") return content.value;
  const edits = content.case === "edits" ? content.value.edits : [];
  const before = await textOf(deps, tx.tenantId, requireContent(line, "document"));
  try {
    return applyEdits(
      before,
      edits.map(({ offset, deleted, inserted }) => ({
        offset: Number(offset),
        deleted: Number(deleted),
        inserted,
      })),
    );
  } catch (error) {
    if (!(error instanceof EditOutside)) throw error;
    throw new AppError("CONTENT_INVALID", `${error.message}; read it again and repeat your change`, {
      metadata: { code: "EDIT_OUTSIDE", index: String(error.index) },
    });
  }
}

import type { ArtifactContentCommandService } from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import type { ArtifactContentQueryService } from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { ServiceImpl } from "@connectrpc/connect";
import { actorOf } from "../../platform/auth/request-actor.ts";
import { appendUpload } from "./append-upload.ts";
import { attachFile } from "./attach-file.ts";
import type { ContentDeps } from "./content-deps.ts";
import { createSnapshot } from "./create-snapshot.ts";
import { createUpload } from "./create-upload.ts";
import { downloadAttachment } from "./download-attachment.ts";
import { exportContent } from "./export-content.ts";
import { getDocument } from "./get-document.ts";
import { getModelRules } from "./get-model-rules.ts";
import { getModel } from "./get-model.ts";
import { getUpload } from "./get-upload.ts";
import { importContent } from "./import-content.ts";
import { listArtifactKinds } from "./list-artifact-kinds.ts";
import { listAttachments } from "./list-attachments.ts";
import { listRevisions } from "./list-revisions.ts";
import { listSnapshots } from "./list-snapshots.ts";
import { removeAttachment } from "./remove-attachment.ts";
import { searchModelItems } from "./search-model-items.ts";
import { setModelRules } from "./set-model-rules.ts";
import { validateModel } from "./validate-model.ts";
import { writeDocument } from "./write-document.ts";

/** The RPCs about what artifacts hold. */
export function createContentHandlers(deps: ContentDeps) {
  const commands: ServiceImpl<typeof ArtifactContentCommandService> = {
    createUpload: (request, context) => createUpload(deps, actorOf(context), request),
    appendUpload: (request, context) => appendUpload(deps, actorOf(context), request),
    importContent: (request, context) => importContent(deps, actorOf(context), request, context.signal),
    createSnapshot: (request, context) => createSnapshot(deps, actorOf(context), request, context.signal),
    writeDocument: (request, context) => writeDocument(deps, actorOf(context), request, context.signal),
    attachFile: (request, context) => attachFile(deps, actorOf(context), request, context.signal),
    removeAttachment: (request, context) => removeAttachment(deps, actorOf(context), request),
    setModelRules: (request, context) => setModelRules(deps, actorOf(context), request),
  };
  const queries: ServiceImpl<typeof ArtifactContentQueryService> = {
    getUpload: (request, context) => getUpload(deps, actorOf(context), request),
    exportContent: (request, context) => exportContent(deps, actorOf(context), request, context.signal),
    listRevisions: (request, context) => listRevisions(deps, actorOf(context), request),
    listSnapshots: (request, context) => listSnapshots(deps, actorOf(context), request),
    getModel: (request, context) => getModel(deps, actorOf(context), request),
    getDocument: (request, context) => getDocument(deps, actorOf(context), request),
    listAttachments: (request, context) => listAttachments(deps, actorOf(context), request),
    downloadAttachment: (request, context) => downloadAttachment(deps, actorOf(context), request),
    validateModel: (request, context) => validateModel(deps, actorOf(context), request, context.signal),
    getModelRules: (_request, context) => getModelRules(deps, actorOf(context)),
    listArtifactKinds: (_request, context) => listArtifactKinds(deps, actorOf(context)),
    searchModelItems: (request, context) => searchModelItems(deps, actorOf(context), request),
  };
  return { commands, queries };
}

import {
  ArtifactContentCommandService,
  type ImportContentRequest,
  type ImportContentResponse,
  type ImportContentResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import type { ContentInfoSchema } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import type { Diagnostic } from "@ameide/proto/ameide/model/v1/model_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { firstAnswer } from "../../platform/command/run-command.ts";
import { artifactMessage } from "../artifact-message.ts";
import { requireDocumentSize } from "./commit-document.ts";
import type { ContentDeps } from "./content-deps.ts";
import { commitImport, type Importing } from "./commit-import.ts";
import { createProgress, type Progress } from "./import-progress.ts";
import { findImportTarget } from "./import-target.ts";
import { isForDocument, parseFile } from "./parse-file.ts";
import { deleteIndex } from "./model-index-store.ts";
import { forgetParts, withUpload } from "./upload.ts";

type Response = MessageInitShape<typeof ImportContentResponseSchema>;

/** What the file alone says of the result. */
export interface ImportOutcome {
  version: bigint;
  content: MessageInitShape<typeof ContentInfoSchema>;
  problems: Diagnostic[];
  problemCount: number;
  changed: boolean;
  sha256: string;
}

/** Nothing is visible before the last step, which is one short transaction. */
export async function* importContent(
  deps: ContentDeps,
  actor: Actor,
  request: ImportContentRequest,
  signal: AbortSignal,
): AsyncGenerator<Response> {
  requireScope(actor, "artifact.write");
  const first = await firstAnswer(deps, actor, ArtifactContentCommandService.method.importContent, request);
  if (first) return yield first;
  const progress = createProgress();
  const result = runImport(deps, actor, request, progress, signal).finally(() => progress.end());
  result.catch(() => undefined);
  for await (const value of progress.news()) yield { event: { case: "progress", value } };
  yield await result;
}

async function runImport(
  deps: ContentDeps,
  actor: Actor,
  request: ImportContentRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<ImportContentResponse | Response> {
  const target = await findImportTarget(deps.database.reader(actor.tenantId), request);
  const options = {
    signal,
    ...(isForDocument(target) && { fits: requireDocumentSize }),
    onBytes: (bytesDone: number) => progress.tell({ stage: 1, bytesDone }),
  };
  return withUpload(deps, actor, request.uploadId, options, (file) =>
    importFile({ deps, actor, request, target, file }, progress, signal),
  );
}

async function importFile(
  importing: Importing,
  progress: Progress,
  signal: AbortSignal,
): Promise<ImportContentResponse | Response> {
  const { deps, actor, request, target, file } = importing;
  const parsed = await parseFile(deps, actor.tenantId, target, file, progress, {
    dryRun: request.validateOnly,
    signal,
  });
  if (request.validateOnly) {
    const artifact = target.line && artifactMessage(target.line.artifact);
    return { event: { case: "result", value: { ...parsed.outcome, ...(artifact && { artifact }) } } };
  }
  progress.tell({ stage: 4 });
  const indexId = parsed.model?.indexId ?? "";
  let unused = indexId;
  try {
    const response = await commitImport(importing, parsed);
    const { value } = response.event;
    const isChanged = value !== undefined && "changed" in value && value.changed;
    if (isChanged && indexId !== "") unused = target.line?.content?.indexId ?? "";
    await forgetParts(deps, actor.tenantId, file.upload.uploadId);
    return response;
  } finally {
    await deleteIndex(deps.database, actor.tenantId, { artifactId: target.artifactId, indexId: unused });
  }
}

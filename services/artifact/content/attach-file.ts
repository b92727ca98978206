import {
  ArtifactContentCommandService,
  type AttachFileRequest,
  type AttachFileResponse,
} from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { ArtifactFileAttachedSchema } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { firstAnswer, runCommand } from "../../platform/command/run-command.ts";
import { changeArtifact, loadArtifact } from "../change-artifact.ts";
import { addAttachment } from "./attachment-store.ts";
import { attachmentMessage } from "./attachment.ts";
import type { ModelDeps } from "./content-deps.ts";
import { sniffMediaType } from "./sniff-media-type.ts";
import { needObjects } from "./stored-object-store.ts";
import { keepObject } from "./stored-object.ts";
import { deleteUpload } from "./upload-store.ts";
import { forgetParts, withUpload, type UploadedFile } from "./upload.ts";

const METHOD = ArtifactContentCommandService.method.attachFile;

export async function attachFile(
  deps: ModelDeps,
  actor: Actor,
  request: AttachFileRequest,
  signal: AbortSignal,
): Promise<AttachFileResponse> {
  requireScope(actor, "artifact.write");
  const first = await firstAnswer(deps, actor, METHOD, request);
  if (first) return first;
  await loadArtifact(deps.database.reader(actor.tenantId), request.artifactId);
  return withUpload(deps, actor, request.uploadId, { signal }, (file) => attach(deps, actor, request, file));
}

async function attach(
  deps: ModelDeps,
  actor: Actor,
  request: AttachFileRequest,
  { bytes, sha256, upload }: UploadedFile,
): Promise<AttachFileResponse> {
  const { artifactId, uploadId, requestId } = request;
  await keepObject(deps, actor.tenantId, bytes, sha256);
  const name = request.name || upload.name;
  const response = await runCommand(deps, actor, METHOD, request, async (tx) => {
    const attachment = {
      attachmentId: uuidv7(),
      artifactId,
      name,
      mediaType: sniffMediaType(bytes, name),
      size: bytes.length,
      sha256,
      createdBy: actor.userId,
      createTime: deps.now(),
    };
    const event = create(ArtifactFileAttachedSchema, { ...attachment, sizeBytes: BigInt(bytes.length) });
    await changeArtifact(tx, deps, actor, await loadArtifact(tx, artifactId), [event], requestId);
    await addAttachment(tx, attachment);
    await needObjects(tx, [sha256]);
    await deleteUpload(tx, uploadId);
    return { attachment: attachmentMessage(attachment) };
  });
  await forgetParts(deps, actor.tenantId, uploadId);
  return response;
}

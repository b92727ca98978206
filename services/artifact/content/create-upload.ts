import {
  ArtifactContentCommandService,
  type CreateUploadRequest,
  type CreateUploadResponse,
} from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { v7 as uuidv7 } from "uuid";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { runCommand } from "../../platform/command/run-command.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import type { ObjectDeps } from "./stored-object.ts";
import { addUpload, openUploads } from "./upload-store.ts";
import { uploadMessage } from "./upload.ts";

const MOST_UPLOADS = 50;
const MOST_BYTES = 1024 ** 3;
const KEEP_MILLISECONDS = 24 * 3_600_000;

export async function createUpload(
  deps: ObjectDeps,
  actor: Actor,
  request: CreateUploadRequest,
): Promise<CreateUploadResponse> {
  requireScope(actor, "artifact.write");
  return runCommand(deps, actor, ArtifactContentCommandService.method.createUpload, request, async (tx) => {
    const now = deps.now();
    const size = Number(request.sizeBytes);
    const { count, bytes } = await openUploads(tx, now);
    if (count >= MOST_UPLOADS) throw uploadLimit("uploads", MOST_UPLOADS);
    if (bytes + size > MOST_BYTES) throw uploadLimit("bytes", MOST_BYTES);
    const upload = {
      uploadId: uuidv7(),
      userId: actor.userId,
      name: request.name,
      size,
      sha256: request.sha256,
      received: 0,
      createTime: now,
      expireTime: new Date(now.getTime() + KEEP_MILLISECONDS),
    };
    await addUpload(tx, upload);
    return { upload: uploadMessage(upload) };
  });
}

const uploadLimit = (counted: string, limit: number): AppError =>
  new AppError(
    "UPLOAD_LIMIT",
    "your tenant has too much under way; use what is uploaded, or wait for a day",
    {
      metadata: { counted, limit: String(limit) },
    },
  );

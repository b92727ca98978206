import type {
  AppendUploadRequest,
  AppendUploadResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { sha256Of, type ObjectDeps } from "./stored-object.ts";
import { addPart, type UploadState } from "./upload-store.ts";
import { incompleteUpload, loadUpload, uploadMessage, uploadPrefix } from "./upload.ts";

/** The bytes are kept first, and count once the row says so. */
export async function appendUpload(
  deps: ObjectDeps,
  actor: Actor,
  { uploadId, offset: place, chunk }: AppendUploadRequest,
): Promise<MessageInitShape<typeof AppendUploadResponseSchema>> {
  requireScope(actor, "artifact.write");
  const reader = deps.database.reader(actor.tenantId);
  const offset = Number(place);
  const upload = await loadUpload(deps, reader, actor, uploadId);
  if (!isNext(upload, offset, chunk.length)) return { upload: uploadMessage(upload) };
  const name = `${String(offset).padStart(9, "0")}-${sha256Of(chunk).slice(0, 16)}`;
  const object = `${uploadPrefix(actor.tenantId, uploadId)}${name}`;
  await deps.objects.put(object, chunk);
  const part = { offset, object, size: chunk.length };
  const added = await deps.database.transaction(actor.tenantId, (tx) => addPart(tx, upload, part));
  if (added) return { upload: uploadMessage(added) };
  // Somebody else was faster, most likely this very request the first time.
  const now = await loadUpload(deps, reader, actor, uploadId);
  isNext(now, offset, chunk.length);
  return { upload: uploadMessage(now) };
}

/** Whether the chunk is the next one; false where it is there already. */
function isNext(upload: UploadState, offset: number, length: number): boolean {
  if (offset + length <= upload.received) return false;
  if (offset !== upload.received || offset + length > upload.size) throw incompleteUpload(upload);
  return true;
}

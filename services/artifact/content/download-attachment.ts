import type {
  DownloadAttachmentRequest,
  DownloadAttachmentResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { loadAttachment } from "./attachment.ts";
import { objectKey, type ObjectDeps } from "./stored-object.ts";

export async function* downloadAttachment(
  deps: ObjectDeps,
  actor: Actor,
  request: DownloadAttachmentRequest,
): AsyncGenerator<MessageInitShape<typeof DownloadAttachmentResponseSchema>> {
  requireScope(actor, "artifact.read");
  const attachment = await loadAttachment(deps.database.reader(actor.tenantId), request);
  const { name: fileName, mediaType, size, sha256 } = attachment;
  const bytes = await deps.objects.read(objectKey(actor.tenantId, sha256));
  if (!bytes) throw new Error(`the object ${sha256} is gone`);
  const head = { fileName, mediaType, sizeBytes: BigInt(size), sha256, version: 0n, original: true };
  yield { part: { case: "head", value: head } };
  for await (const value of bytes) yield { part: { case: "chunk", value } };
}

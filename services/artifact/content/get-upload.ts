import type {
  GetUploadRequest,
  GetUploadResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import type { ObjectDeps } from "./stored-object.ts";
import { loadUpload, uploadMessage } from "./upload.ts";

export async function getUpload(
  deps: ObjectDeps,
  actor: Actor,
  { uploadId }: GetUploadRequest,
): Promise<MessageInitShape<typeof GetUploadResponseSchema>> {
  requireScope(actor, "artifact.write");
  return {
    upload: uploadMessage(await loadUpload(deps, deps.database.reader(actor.tenantId), actor, uploadId)),
  };
}

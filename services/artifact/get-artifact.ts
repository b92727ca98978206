import type {
  GetArtifactRequest,
  GetArtifactResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { checkpointToken } from "../platform/tokens/checkpoint-token.ts";
import { artifactMessage } from "./artifact-message.ts";
import { artifactStream } from "./artifact.ts";
import { loadArtifact } from "./change-artifact.ts";

export async function getArtifact(
  deps: { database: Database },
  actor: Actor,
  request: GetArtifactRequest,
): Promise<MessageInitShape<typeof GetArtifactResponseSchema>> {
  requireScope(actor, "artifact.read");
  const artifact = await loadArtifact(deps.database.reader(actor.tenantId), request.artifactId);
  return {
    artifact: artifactMessage(artifact),
    checkpointToken: checkpointToken(artifactStream(artifact.artifactId), artifact.version),
  };
}

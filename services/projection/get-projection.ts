import type {
  GetProjectionRequest,
  GetProjectionResponseSchema,
} from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { projectModel } from "./project-model.ts";
import type { ProjectionDeps } from "./projection-deps.ts";

export async function getProjection(
  deps: ProjectionDeps,
  actor: Actor,
  request: GetProjectionRequest,
): Promise<MessageInitShape<typeof GetProjectionResponseSchema>> {
  requireScope(actor, "artifact.read");
  const { envelope } = await projectModel(deps, actor.tenantId, request);
  return { envelope };
}

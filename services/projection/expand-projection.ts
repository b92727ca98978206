import type {
  ExpandProjectionRequest,
  ExpandProjectionResponseSchema,
} from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { expandHandle } from "./project-model.ts";
import type { ProjectionDeps } from "./projection-deps.ts";

export async function expandProjection(
  deps: ProjectionDeps,
  actor: Actor,
  { artifactId, handle, tokenBudget }: ExpandProjectionRequest,
): Promise<MessageInitShape<typeof ExpandProjectionResponseSchema>> {
  requireScope(actor, "artifact.read");
  const { envelope } = await expandHandle(deps, actor.tenantId, { artifactId, handle, tokenBudget });
  return { envelope };
}

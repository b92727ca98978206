import type { ProjectionService } from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import type { ServiceImpl } from "@connectrpc/connect";
import { actorOf } from "../platform/auth/request-actor.ts";
import { expandProjection } from "./expand-projection.ts";
import { getProjection } from "./get-projection.ts";
import { listReferences } from "./list-references.ts";
import { listRefs } from "./list-refs.ts";
import type { ProjectionDeps } from "./projection-deps.ts";
import { watchProjection } from "./watch-projection.ts";

export function createProjectionHandlers(deps: ProjectionDeps) {
  return {
    getProjection: (request, context) => getProjection(deps, actorOf(context), request),
    expandProjection: (request, context) => expandProjection(deps, actorOf(context), request),
    watchProjection: (request, context) => watchProjection(deps, actorOf(context), request, context.signal),
    listRefs: (request, context) => listRefs(deps, actorOf(context), request),
    listReferences: (request, context) => listReferences(deps, actorOf(context), request),
  } satisfies ServiceImpl<typeof ProjectionService>;
}

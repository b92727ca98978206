import type {
  ArtifactCommandService,
  ArtifactQueryService,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import type { ServiceImpl } from "@connectrpc/connect";
import { actorOf } from "../platform/auth/request-actor.ts";
import { createArtifact, type CreateArtifactDeps } from "./create-artifact.ts";
import { getArtifactHistory } from "./get-artifact-history.ts";
import { getArtifact } from "./get-artifact.ts";
import { listArtifacts } from "./list-artifacts.ts";
import { renameArtifact } from "./rename-artifact.ts";
import { streamArtifactUpdates, type StreamArtifactDeps } from "./stream-artifact-updates.ts";

/** The artifact RPCs, except those about links to chats, which the chat slice answers. */
export function createArtifactHandlers(deps: CreateArtifactDeps & StreamArtifactDeps) {
  const commands = {
    createArtifact: (request, context) => createArtifact(deps, actorOf(context), request),
    renameArtifact: (request, context) => renameArtifact(deps, actorOf(context), request),
  } satisfies Partial<ServiceImpl<typeof ArtifactCommandService>>;
  const queries = {
    getArtifact: (request, context) => getArtifact(deps, actorOf(context), request),
    listArtifacts: (request, context) => listArtifacts(deps, actorOf(context), request),
    getArtifactHistory: (request, context) => getArtifactHistory(deps, actorOf(context), request),
    streamArtifactUpdates: (request, context) =>
      streamArtifactUpdates(deps, actorOf(context), request, context.signal),
  } satisfies Partial<ServiceImpl<typeof ArtifactQueryService>>;
  return { commands, queries };
}

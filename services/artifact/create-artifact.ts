import {
  ArtifactCommandService,
  type CreateArtifactRequest,
  type CreateArtifactResponse,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { v7 as uuidv7 } from "uuid";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Tx } from "../platform/db/database.ts";
import { artifactMessage } from "./artifact-message.ts";
import { decideCreate, newArtifact, type ArtifactState } from "./artifact.ts";
import { changeArtifact } from "./change-artifact.ts";
import { beginEmptyModel } from "./content/begin-model.ts";
import type { ModelDeps } from "./content/content-deps.ts";

export interface CreateArtifactDeps extends ModelDeps {
  /** Links a new artifact to the chat it was created from, in the same transaction. */
  linkPrimaryChat(tx: Tx, actor: Actor, chatId: string, artifact: ArtifactState): Promise<ArtifactState>;
}

export async function createArtifact(
  deps: CreateArtifactDeps,
  actor: Actor,
  request: CreateArtifactRequest,
): Promise<CreateArtifactResponse> {
  requireScope(actor, "artifact.write");
  return runCommand(deps, actor, ArtifactCommandService.method.createArtifact, request, async (tx) => {
    const created = newArtifact(uuidv7());
    let artifact = await changeArtifact(tx, deps, actor, created, decideCreate(request), request.requestId);
    if (request.emptyModel) artifact = await beginEmptyModel(tx, deps, actor, artifact, request.requestId);
    if (request.primaryChatId !== "") {
      artifact = await deps.linkPrimaryChat(tx, actor, request.primaryChatId, artifact);
    }
    return { artifact: artifactMessage(artifact) };
  });
}

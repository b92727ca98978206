import {
  ArtifactCommandService,
  type RenameArtifactRequest,
  type RenameArtifactResponse,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { requireEtag } from "../platform/command/etag.ts";
import { runCommand } from "../platform/command/run-command.ts";
import { artifactMessage } from "./artifact-message.ts";
import { decideRename } from "./artifact.ts";
import { changeArtifact, loadArtifact, type ArtifactDeps } from "./change-artifact.ts";

export async function renameArtifact(
  deps: ArtifactDeps,
  actor: Actor,
  request: RenameArtifactRequest,
): Promise<RenameArtifactResponse> {
  requireScope(actor, "artifact.write");
  return runCommand(deps, actor, ArtifactCommandService.method.renameArtifact, request, async (tx) => {
    const artifact = await loadArtifact(tx, request.artifactId);
    requireEtag(request.etag, artifact.version);
    const decided = decideRename(artifact, request.title);
    return {
      artifact: artifactMessage(await changeArtifact(tx, deps, actor, artifact, decided, request.requestId)),
    };
  });
}

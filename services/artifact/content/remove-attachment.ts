import {
  ArtifactContentCommandService,
  type RemoveAttachmentRequest,
  type RemoveAttachmentResponse,
} from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { ArtifactFileRemovedSchema } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { runCommand } from "../../platform/command/run-command.ts";
import { changeArtifact, loadArtifact, type ArtifactDeps } from "../change-artifact.ts";
import { markRemoved } from "./attachment-store.ts";
import { loadAttachment } from "./attachment.ts";
import { needObjects } from "./stored-object-store.ts";

export async function removeAttachment(
  deps: ArtifactDeps,
  actor: Actor,
  request: RemoveAttachmentRequest,
): Promise<RemoveAttachmentResponse> {
  requireScope(actor, "artifact.write");
  const { removeAttachment: method } = ArtifactContentCommandService.method;
  return runCommand(deps, actor, method, request, async (tx) => {
    const { artifactId, attachmentId, name, sha256 } = await loadAttachment(tx, request);
    const event = create(ArtifactFileRemovedSchema, { attachmentId, name });
    const artifact = await loadArtifact(tx, artifactId);
    await changeArtifact(tx, deps, actor, artifact, [event], request.requestId);
    await markRemoved(tx, artifactId, attachmentId);
    await needObjects(tx, [sha256], -1);
    return {};
  });
}

import {
  ArtifactCommandService,
  type DissociateChatRequest,
  type DissociateChatResponse,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { loadArtifact } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { ChatDeps } from "./change-chat.ts";
import { loadReadableChat } from "./chat-access.ts";
import { unlinkArtifact } from "./link-artifact.ts";

export async function dissociateChat(
  deps: ChatDeps,
  actor: Actor,
  request: DissociateChatRequest,
): Promise<DissociateChatResponse> {
  requireScope(actor, "artifact.write");
  return runCommand(deps, actor, ArtifactCommandService.method.dissociateChat, request, async (tx) => {
    const chat = await loadReadableChat(tx, actor, request.chatId);
    const artifact = await loadArtifact(tx, request.artifactId);
    await unlinkArtifact(tx, deps, actor, { chat, artifact, requestId: request.requestId });
    return {};
  });
}

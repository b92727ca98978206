import {
  ChatCommandService,
  type AssociateArtifactRequest,
  type AssociateArtifactResponse,
} from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { loadArtifact } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { ChatDeps } from "./change-chat.ts";
import { loadReadableChat } from "./chat-access.ts";
import { relationMessage } from "./chat-message.ts";
import { linkArtifact } from "./link-artifact.ts";

export async function associateArtifact(
  deps: ChatDeps,
  actor: Actor,
  request: AssociateArtifactRequest,
): Promise<AssociateArtifactResponse> {
  requireScope(actor, "chat.write");
  const { requestId, relationType: wanted } = request;
  return runCommand(deps, actor, ChatCommandService.method.associateArtifact, request, async (tx) => {
    const chat = await loadReadableChat(tx, actor, request.chatId);
    const artifact = await loadArtifact(tx, request.artifactId);
    const { link } = await linkArtifact(tx, deps, actor, { chat, artifact, wanted, requestId });
    return { relation: relationMessage(link) };
  });
}

import { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import {
  ChatCommandService,
  type CreateChatRequest,
  type CreateChatResponse,
} from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { v7 as uuidv7 } from "uuid";
import { loadArtifact } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import { changeChat, type ChatDeps } from "./change-chat.ts";
import { chatMessage } from "./chat-message.ts";
import { decideCreate, newChat } from "./chat.ts";
import { linkArtifact } from "./link-artifact.ts";
import type { RunPorts } from "./run-ports.ts";

export async function createChat(
  deps: ChatDeps & { runs: RunPorts },
  actor: Actor,
  request: CreateChatRequest,
): Promise<CreateChatResponse> {
  requireScope(actor, "chat.write");
  const { requestId, artifactId, title, visibility, metadata } = request;
  return runCommand(deps, actor, ChatCommandService.method.createChat, request, async (tx) => {
    const agentId = await deps.runs.agentOrDefault(tx, actor, request.agentId);
    const { userId, teams } = actor;
    const decided = decideCreate({ userId, teams, title, visibility, agentId, metadata });
    let chat = await changeChat(tx, deps, actor, newChat(uuidv7()), decided, requestId);
    if (artifactId !== "") {
      const artifact = await loadArtifact(tx, artifactId);
      ({ chat } = await linkArtifact(tx, deps, actor, {
        chat,
        artifact,
        wanted: RelationType.REFERENCED,
        requestId,
      }));
    }
    return { chat: chatMessage(chat) };
  });
}

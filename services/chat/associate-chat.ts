import {
  ArtifactCommandService,
  type AssociateChatRequest,
  type AssociateChatResponse,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { loadArtifact } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { ChatDeps } from "./change-chat.ts";
import { loadReadableChat } from "./chat-access.ts";
import { linkArtifact } from "./link-artifact.ts";

export async function associateChat(
  deps: ChatDeps,
  actor: Actor,
  request: AssociateChatRequest,
): Promise<AssociateChatResponse> {
  requireScope(actor, "artifact.write");
  const { requestId, relationType: wanted } = request;
  return runCommand(deps, actor, ArtifactCommandService.method.associateChat, request, async (tx) => {
    const chat = await loadReadableChat(tx, actor, request.chatId);
    const artifact = await loadArtifact(tx, request.artifactId);
    const { link } = await linkArtifact(tx, deps, actor, { chat, artifact, wanted, requestId });
    const { chatId, relationType, linkedAt } = link;
    return {
      chatReference: { chatId, chatTitle: chat.title, relationType, linkedAt: timestampFromDate(linkedAt) },
    };
  });
}

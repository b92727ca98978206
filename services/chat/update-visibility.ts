import {
  ChatCommandService,
  type UpdateVisibilityRequest,
  type UpdateVisibilityResponse,
} from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { requireEtag } from "../platform/command/etag.ts";
import { runCommand } from "../platform/command/run-command.ts";
import { changeChat, type ChatDeps } from "./change-chat.ts";
import { loadManageableChat } from "./chat-access.ts";
import { chatMessage } from "./chat-message.ts";
import { decideShare } from "./chat.ts";

export async function updateVisibility(
  deps: ChatDeps,
  actor: Actor,
  request: UpdateVisibilityRequest,
): Promise<UpdateVisibilityResponse> {
  requireScope(actor, "chat.write");
  return runCommand(deps, actor, ChatCommandService.method.updateVisibility, request, async (tx) => {
    const chat = await loadManageableChat(tx, actor, request.chatId);
    requireEtag(request.etag, chat.version);
    const decided = decideShare(chat, request.visibility, actor);
    return { chat: chatMessage(await changeChat(tx, deps, actor, chat, decided, request.requestId)) };
  });
}

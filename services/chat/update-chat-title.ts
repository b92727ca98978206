import {
  ChatCommandService,
  type UpdateChatTitleRequest,
  type UpdateChatTitleResponse,
} from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { requireEtag } from "../platform/command/etag.ts";
import { runCommand } from "../platform/command/run-command.ts";
import { changeChat, type ChatDeps } from "./change-chat.ts";
import { loadManageableChat } from "./chat-access.ts";
import { chatMessage } from "./chat-message.ts";
import { decideRename } from "./chat.ts";

export async function updateChatTitle(
  deps: ChatDeps,
  actor: Actor,
  request: UpdateChatTitleRequest,
): Promise<UpdateChatTitleResponse> {
  requireScope(actor, "chat.write");
  return runCommand(deps, actor, ChatCommandService.method.updateChatTitle, request, async (tx) => {
    const chat = await loadManageableChat(tx, actor, request.chatId);
    requireEtag(request.etag, chat.version);
    const decided = decideRename(chat, request.title);
    return { chat: chatMessage(await changeChat(tx, deps, actor, chat, decided, request.requestId)) };
  });
}

import {
  ChatCommandService,
  type SendMessageRequest,
  type SendMessageResponse,
} from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { ChatDeps } from "./change-chat.ts";
import { loadReadableChat } from "./chat-access.ts";
import { deliverMessage } from "./deliver-message.ts";
import type { RunPorts } from "./run-ports.ts";

export async function sendMessage(
  deps: ChatDeps & { runs: RunPorts },
  actor: Actor,
  request: SendMessageRequest,
): Promise<SendMessageResponse> {
  requireScope(actor, "chat.write");
  const { requestId, message: input, multitaskStrategy: strategy } = request;
  return runCommand(deps, actor, ChatCommandService.method.sendMessage, request, async (tx) => {
    const chat = await loadReadableChat(tx, actor, request.chatId);
    if (!input) throw new TypeError("validation lets no request without a message through");
    return deliverMessage(tx, deps, actor, chat, {
      input,
      requestId,
      strategy,
      admit: (run) => deps.runs.admit(tx, actor, run, requestId),
    });
  });
}

import {
  ChatCommandService,
  type DeleteChatRequest,
  type DeleteChatResponse,
} from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { requireEtag } from "../platform/command/etag.ts";
import { runCommand } from "../platform/command/run-command.ts";
import { changeChat, type ChatDeps } from "./change-chat.ts";
import { loadManageableChat } from "./chat-access.ts";
import { decideDelete } from "./chat.ts";
import { openRuns } from "./open-turns.ts";
import type { RunPorts } from "./run-ports.ts";

export async function deleteChat(
  deps: ChatDeps & { runs: RunPorts },
  actor: Actor,
  request: DeleteChatRequest,
): Promise<DeleteChatResponse> {
  requireScope(actor, "chat.write");
  return runCommand(deps, actor, ChatCommandService.method.deleteChat, request, async (tx) => {
    const chat = await loadManageableChat(tx, actor, request.chatId);
    requireEtag(request.etag, chat.version);
    // An executor locks its lease and then the chat; in the other order the two would wait for each other.
    if (chat.activeRunId !== "") await deps.runs.lock(tx, chat.activeRunId);
    await changeChat(tx, deps, actor, chat, decideDelete(chat), request.requestId);
    // After the chat is gone, so that a run without an executor leaves no answer in it.
    for (const runId of openRuns(chat)) await deps.runs.cancel(tx, actor, runId);
    return {};
  });
}

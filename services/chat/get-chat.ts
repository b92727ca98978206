import type {
  GetChatRequest,
  GetChatResponseSchema,
} from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { checkpointToken } from "../platform/tokens/checkpoint-token.ts";
import { loadReadableChat } from "./chat-access.ts";
import { chatMessage } from "./chat-message.ts";
import { chatStream } from "./chat.ts";

export async function getChat(
  deps: { database: Database },
  actor: Actor,
  request: GetChatRequest,
): Promise<MessageInitShape<typeof GetChatResponseSchema>> {
  requireScope(actor, "chat.read");
  const chat = await loadReadableChat(deps.database.reader(actor.tenantId), actor, request.chatId);
  return { chat: chatMessage(chat), checkpointToken: checkpointToken(chatStream(chat.chatId), chat.version) };
}

import {
  GetMessagesRequestSchema,
  type GetMessagesRequest,
  type GetMessagesResponseSchema,
} from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { loadReadableChat } from "./chat-access.ts";
import { listMessages } from "./message-store.ts";

export async function getMessages(
  deps: { database: Database },
  actor: Actor,
  request: GetMessagesRequest,
): Promise<MessageInitShape<typeof GetMessagesResponseSchema>> {
  requireScope(actor, "chat.read");
  const reader = deps.database.reader(actor.tenantId);
  const chat = await loadReadableChat(reader, actor, request.chatId);
  const page = pageOf(GetMessagesRequestSchema, request, { default: 50, max: 200, numbered: true });
  const messages = await listMessages(reader, chat.chatId, {
    after: page.after && Number(page.after.sortKey),
    limit: page.size + 1,
    newestFirst: request.newestFirst,
    withdrawn: request.showWithdrawn,
  });
  return {
    messages: messages.slice(0, page.size),
    nextPageToken: page.nextToken(messages, (m) => ({ sortKey: String(m.version), id: m.messageId })),
    totalCount: chat.messageCount,
  };
}

import {
  ListChatsRequestSchema,
  type ListChatsRequest,
  type ListChatsResponseSchema,
} from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { CHAT_PAGE_SIZES, chatPage } from "./chat-page.ts";

export async function listChats(
  deps: { database: Database },
  actor: Actor,
  request: ListChatsRequest,
): Promise<MessageInitShape<typeof ListChatsResponseSchema>> {
  requireScope(actor, "chat.read");
  const page = pageOf(ListChatsRequestSchema, request, CHAT_PAGE_SIZES);
  const query = { filter: request.filter, words: "" };
  return chatPage(deps.database.reader(actor.tenantId), actor, query, page);
}

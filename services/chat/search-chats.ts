import {
  SearchChatsRequestSchema,
  type SearchChatsRequest,
  type SearchChatsResponseSchema,
} from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { CHAT_PAGE_SIZES, chatPage } from "./chat-page.ts";

export async function searchChats(
  deps: { database: Database },
  actor: Actor,
  request: SearchChatsRequest,
): Promise<MessageInitShape<typeof SearchChatsResponseSchema>> {
  requireScope(actor, "chat.read");
  const page = pageOf(SearchChatsRequestSchema, request, CHAT_PAGE_SIZES);
  const query = { filter: request.filter, words: request.query };
  return chatPage(deps.database.reader(actor.tenantId), actor, query, page);
}

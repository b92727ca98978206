import type { ListChatsResponseSchema } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Actor } from "../platform/auth/actor.ts";
import type { Reader } from "../platform/db/database.ts";
import type { Page } from "../platform/tokens/page-token.ts";
import { chatMessage } from "./chat-message.ts";
import { countChatRows, listChatRows, type ChatListQuery } from "./store.ts";

export const CHAT_PAGE_SIZES = { default: 20, max: 100 };

/** One page of the chats that the actor may read, as lists and searches answer it. */
export async function chatPage(reader: Reader, actor: Actor, query: ChatListQuery, page: Page) {
  const [rows, totalCount] = await Promise.all([
    listChatRows(reader, actor, query, { after: page.after, limit: page.size + 1 }),
    countChatRows(reader, actor, query),
  ]);
  const nextPageToken = page.nextToken(rows, (c) => ({ sortKey: c.updateTime.toISOString(), id: c.chatId }));
  const chats = rows.slice(0, page.size).map(chatMessage);
  return { chats, nextPageToken, totalCount } satisfies MessageInitShape<typeof ListChatsResponseSchema>;
}

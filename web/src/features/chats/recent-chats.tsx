import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { MessageSquare } from "lucide-react";
import { Link } from "react-router";
import { formatAgo } from "../../rpc/format.ts";
import { titleOf } from "./chat-title.ts";

/** The newest few; the same read as the sidebar's list, so it costs no call. */
export function RecentChats() {
  const { data } = useInfiniteQuery(
    ChatQueryService.method.listChats,
    { pageSize: 30, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: (last) => last.nextPageToken || undefined },
  );
  const chats = data?.pages[0]?.chats.slice(0, 6) ?? [];
  if (chats.length === 0) return null;
  const now = new Date();
  return (
    <section aria-labelledby="recent" className="mt-10">
      <h2 id="recent" className="mb-2 text-sm font-medium text-muted">
        Recent chats
      </h2>
      <ul
        aria-label="Recent chats"
        className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface"
      >
        {chats.map((chat) => (
          <li key={chat.chatId}>
            <Link
              to={`/threads/${chat.chatId}`}
              className="flex items-center gap-3 px-3.5 py-2.5 text-sm hover:bg-hover focus-visible:-outline-offset-2"
            >
              <MessageSquare size={15} aria-hidden className="shrink-0 text-muted" />
              <span className="truncate">{titleOf(chat)}</span>
              <span className="ml-auto shrink-0 text-xs text-muted">
                {chat.messageCount > 0 && `${chat.messageCount} messages · `}
                {chat.updateTime && formatAgo(timestampDate(chat.updateTime), now)}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

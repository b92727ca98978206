import type { Chat } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { NavLink } from "react-router";
import { formatAgo } from "../../rpc/format.ts";
import { ChatMenu } from "./chat-menu.tsx";
import { titleOf } from "./chat-title.ts";

export interface ChatItemsProps {
  label: string;
  chats: readonly Chat[];
  empty: string;
}

export function ChatItems({ label, chats, empty }: ChatItemsProps) {
  if (chats.length === 0) return <p className="px-2 py-3 text-sm text-muted">{empty}</p>;
  const now = new Date();
  return (
    <ul aria-label={label} className="space-y-px">
      {chats.map((chat) => (
        <ChatItem key={chat.chatId} chat={chat} now={now} />
      ))}
    </ul>
  );
}

function ChatItem({ chat, now }: { chat: Chat; now: Date }) {
  const at = chat.updateTime && timestampDate(chat.updateTime);
  return (
    <li className="group relative flex items-center rounded-lg hover:bg-hover has-[a[aria-current=page]]:bg-hover">
      <NavLink
        to={`/threads/${chat.chatId}`}
        className="flex min-w-0 grow items-center gap-2 rounded-lg px-2.5 py-1.5 text-sm group-focus-within:pr-9 group-hover:pr-9 group-has-data-[state=open]:pr-9 pointer-coarse:pr-9"
      >
        {chat.activeRunId && (
          <span
            role="img"
            aria-label="Answering"
            className="size-1.5 shrink-0 animate-blink rounded-full bg-accent"
          />
        )}
        <span className="truncate">{titleOf(chat)}</span>
        {at && (
          <time
            dateTime={at.toISOString()}
            className="ml-auto shrink-0 text-xs text-muted group-focus-within:hidden group-hover:hidden group-has-data-[state=open]:hidden"
          >
            {formatAgo(at, now)}
          </time>
        )}
      </NavLink>
      <ChatMenu chat={chat} />
    </li>
  );
}

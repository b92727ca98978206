import type { Chat, ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { RunState } from "@ameide/sdk";
import { useMemo, useState } from "react";
import { problemOf } from "../../rpc/problem.ts";
import { ChatComposer } from "./chat-composer.tsx";
import { ChatHeader } from "./chat-header.tsx";
import type { Earlier } from "./message-list.tsx";
import { MessageList } from "./message-list.tsx";
import { timeline } from "./timeline.ts";
import { useChatUpdates } from "./use-chat-updates.ts";
import { useRuns } from "./use-chat.ts";
import { useRun } from "./use-run.ts";
import { useRunCommands } from "./use-run-commands.ts";
import { useSending } from "./use-sending.ts";
import { useVisible } from "./use-visible.ts";

export interface ChatPanelProps {
  chat: Chat;
  messages: readonly ChatMessage[];
  earlier: Earlier;
}

export function ChatPanel({ chat, messages, earlier }: ChatPanelProps) {
  const { chatId, activeRunId } = chat;
  const visible = useVisible();
  const [round, setRound] = useState(0);
  const run = useRun(chatId, activeRunId, visible, round);
  // One stream per page: while an answer is written nobody else can send, and what was missed comes after.
  const following = run.view?.runId === activeRunId && !run.view.done && run.failure === undefined;
  useChatUpdates(chatId, visible && !following);
  const runs = useRuns(chatId);
  const sending = useSending(chatId, messages);
  const commands = useRunCommands(activeRunId, () => setRound((now) => now + 1));
  const { pending, send } = sending;
  const rows = useMemo(
    () => timeline({ messages, activeRunId, live: run.view, runs, pending }),
    [messages, activeRunId, run.view, runs, pending],
  );
  const running = activeRunId !== "" || pending !== undefined;
  const { stop, goOn } = commands;
  const actions = useMemo(() => ({ askAgain: send, goOn, stop }), [send, goOn, stop]);
  return (
    <>
      <ChatHeader chat={chat} />
      <MessageList
        rows={rows}
        earlier={earlier}
        reconnecting={run.reconnecting}
        trouble={run.failure && problemOf(run.failure)}
        onFollowAgain={() => setRound((now) => now + 1)}
        locked={running}
        actions={actions}
      />
      <ChatComposer
        chat={chat}
        sending={sending}
        running={running}
        parked={running && run.view?.state === RunState.PARKED}
        stopping={commands.stopping}
        onStop={activeRunId ? stop : undefined}
      />
    </>
  );
}

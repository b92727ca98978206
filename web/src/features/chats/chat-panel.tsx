import type { Chat, ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { RunState } from "@ameide/sdk";
import { useCallback, useMemo, useState } from "react";
import { problemOf } from "../../rpc/problem.ts";
import { ChatComposer } from "./chat-composer.tsx";
import { ChatHeader } from "./chat-header.tsx";
import type { Earlier } from "./message-list.tsx";
import { MessageList } from "./message-list.tsx";
import { isCaughtUp, timeline } from "./timeline.ts";
import { useChatUpdates } from "./use-chat-updates.ts";
import { useRuns } from "./use-chat.ts";
import { useRun } from "./use-run.ts";
import { useRunCommands } from "./use-run-commands.ts";
import { useSending } from "./use-sending.ts";
import { useVisible } from "./use-visible.ts";

const suspensions: Partial<Record<RunState, "parked" | "asking">> = {
  [RunState.PARKED]: "parked",
  [RunState.INTERRUPTED]: "asking",
};

export interface ChatPanelProps {
  chat: Chat;
  messages: readonly ChatMessage[];
  earlier: Earlier;
}

export function ChatPanel({ chat, messages, earlier }: ChatPanelProps) {
  const { chatId, activeRunId, waitingRunIds } = chat;
  const { run, again } = useActiveRun(chat, messages);
  const runs = useRuns(chatId);
  const sending = useSending(chatId, messages);
  const commands = useRunCommands(activeRunId, again);
  const { pending, send } = sending;
  const rows = useMemo(
    () =>
      timeline({
        messages,
        activeRunId,
        waitingRunIds,
        live: run.view,
        before: run.before,
        runs,
        pending,
      }),
    [messages, activeRunId, waitingRunIds, run.view, run.before, runs, pending],
  );
  const running = activeRunId !== "";
  const suspended = run.view?.runId === activeRunId ? suspensions[run.view.state] : undefined;
  const { stop, goOn, answer, cancelWaiting, resuming } = commands;
  const actions = useMemo(
    () => ({ askAgain: (question: string) => send(question), goOn, stop, answer, cancelWaiting, resuming }),
    [send, goOn, stop, answer, cancelWaiting, resuming],
  );
  return (
    <>
      <ChatHeader chat={chat} />
      <MessageList
        rows={rows}
        earlier={earlier}
        reconnecting={run.reconnecting}
        trouble={run.failure && problemOf(run.failure)}
        onFollowAgain={again}
        locked={running || pending !== undefined}
        actions={actions}
      />
      <ChatComposer
        chat={chat}
        sending={sending}
        running={running}
        suspended={suspended}
        stopping={commands.stopping}
        onStop={activeRunId ? stop : undefined}
      />
    </>
  );
}

/** The run whose turn it is, followed live, while the chat is kept up to date. */
function useActiveRun({ chatId, activeRunId, waitingRunIds }: Chat, messages: readonly ChatMessage[]) {
  const visible = useVisible();
  const [round, setRound] = useState(0);
  const again = useCallback(() => setRound((now) => now + 1), []);
  const run = useRun(chatId, activeRunId, visible, round);
  // One stream per page, as far as it goes: what was missed while an answer was followed comes after it.
  const following = run.view?.runId === activeRunId && !run.view.done && run.failure === undefined;
  const caughtUp = isCaughtUp(messages, [activeRunId, ...waitingRunIds]);
  useChatUpdates(chatId, visible && !(following && caughtUp), again);
  return { run, again };
}

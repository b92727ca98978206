import type { ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { MultitaskStrategy } from "@ameide/sdk";
import { useCallback, useState } from "react";
import type { Problem } from "../../rpc/problem.ts";
import { problemOf } from "../../rpc/problem.ts";
import { newestOf } from "./timeline.ts";
import type { PendingMessage } from "./timeline.ts";
import { useDraft } from "./use-draft.ts";
import { useSend } from "./use-send.ts";

export interface Sending {
  draft: ReturnType<typeof useDraft>;
  pending: PendingMessage | undefined;
  problem: Problem | undefined;
  dismiss: () => void;
  /** While an answer is written the message is refused, unless a strategy says otherwise. */
  send: (text: string, strategy?: MultitaskStrategy) => void;
}

/** The composer's text, the message on its way, and why the last one was refused. */
export function useSending(chatId: string, messages: readonly ChatMessage[]): Sending {
  const draft = useDraft(chatId);
  const { send: sendNow, pending } = useSend(chatId);
  const [problem, setProblem] = useState<Problem>();
  const newestId = newestOf(messages);
  const { hide, restore } = draft;
  const send = useCallback(
    (text: string, strategy = MultitaskStrategy.REJECT) => {
      setProblem(undefined);
      hide();
      sendNow(text, newestId, strategy).catch((error: unknown) => {
        restore(text);
        setProblem(problemOf(error));
      });
    },
    [hide, restore, sendNow, newestId],
  );
  return { draft, pending, problem, dismiss: () => setProblem(undefined), send };
}

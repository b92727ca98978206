import type { Chat } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { MultitaskStrategy } from "@ameide/sdk";
import { useEffect, useRef, useState } from "react";
import { AgentName } from "./agent-picker.tsx";
import type { ComposerHandle } from "./composer.tsx";
import { Composer } from "./composer.tsx";
import { SendProblem } from "./send-problem.tsx";
import type { Sending } from "./use-sending.ts";

export interface ChatComposerProps {
  chat: Chat;
  sending: Sending;
  running: boolean;
  /** The answer waits for budget or for an answer: it is not stopped by a stray Escape. */
  suspended: "parked" | "asking" | undefined;
  stopping: boolean;
  onStop: (() => void) | undefined;
}

export function ChatComposer({ chat, sending, running, suspended, stopping, onStop }: ChatComposerProps) {
  const composer = useRef<ComposerHandle>(null);
  const { draft, pending, problem, dismiss, send } = sending;
  const [strategy, setStrategy] = useState(MultitaskStrategy.REJECT);
  const submit = (how: MultitaskStrategy) => {
    setStrategy(how);
    send(draft.text.trim(), how);
  };
  useEffect(() => composer.current?.focus(), []);
  useEscape(stopping || suspended ? undefined : onStop);
  return (
    <div className="shrink-0 px-3 pb-3 md:px-4 md:pb-4">
      <div className="mx-auto w-full max-w-3xl">
        {problem && <SendProblem problem={problem} onRetry={() => submit(strategy)} onDismiss={dismiss} />}
        <Composer
          ref={composer}
          text={draft.text}
          onChange={draft.edit}
          onSend={() => submit(running ? MultitaskStrategy.ENQUEUE : MultitaskStrategy.REJECT)}
          onSendNow={() => submit(MultitaskStrategy.INTERRUPT)}
          onStop={onStop}
          running={running}
          busy={pending !== undefined}
          stopping={stopping || !onStop}
          placeholder="Reply…"
        >
          <AgentName agentId={chat.agentId} />
        </Composer>
        <p className="mt-1.5 hidden text-center text-xs text-muted md:block">
          {hintOf(running, suspended)} Agents make mistakes; check what matters.
        </p>
      </div>
    </div>
  );
}

function hintOf(running: boolean, suspended: ChatComposerProps["suspended"]): string {
  if (suspended === "parked") return "The answer waits for budget.";
  if (suspended === "asking") return "The agent waits for your answer.";
  return running
    ? "Esc stops the answer. Enter queues, Ctrl + Enter sends now."
    : "Enter sends, Shift + Enter starts a new line.";
}

/** Calls back on Escape, unless a menu or dialog has taken it. */
function useEscape(onEscape: (() => void) | undefined) {
  useEffect(() => {
    if (!onEscape) return;
    const listen = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) onEscape();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, [onEscape]);
}

import type { Chat } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { useEffect, useRef } from "react";
import { AgentName } from "./agent-picker.tsx";
import type { ComposerHandle } from "./composer.tsx";
import { Composer } from "./composer.tsx";
import { SendProblem } from "./send-problem.tsx";
import type { Sending } from "./use-sending.ts";

export interface ChatComposerProps {
  chat: Chat;
  sending: Sending;
  running: boolean;
  /** The answer waits for budget: it is not stopped by a stray Escape. */
  parked: boolean;
  stopping: boolean;
  onStop: (() => void) | undefined;
}

export function ChatComposer({ chat, sending, running, parked, stopping, onStop }: ChatComposerProps) {
  const composer = useRef<ComposerHandle>(null);
  const { draft, problem, dismiss, send } = sending;
  useEffect(() => composer.current?.focus(), []);
  useEscape(stopping || parked ? undefined : onStop);
  return (
    <div className="shrink-0 px-3 pb-3 md:px-4 md:pb-4">
      <div className="mx-auto w-full max-w-3xl">
        {problem && (
          <SendProblem problem={problem} onRetry={() => send(draft.text.trim())} onDismiss={dismiss} />
        )}
        <Composer
          ref={composer}
          text={draft.text}
          onChange={draft.edit}
          onSend={() => send(draft.text.trim())}
          onStop={onStop}
          running={running}
          stopping={stopping || !onStop}
          placeholder="Reply…"
        >
          <AgentName agentId={chat.agentId} />
        </Composer>
        <p className="mt-1.5 hidden text-center text-xs text-muted md:block">
          {hintOf(running, parked)} Agents make mistakes; check what matters.
        </p>
      </div>
    </div>
  );
}

function hintOf(running: boolean, parked: boolean): string {
  if (parked) return "The answer waits for budget.";
  return running ? "Esc stops the answer." : "Enter sends, Shift + Enter starts a new line.";
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

import type { InterruptAnswer } from "@ameide/sdk";
import { memo } from "react";
import { CopyButton } from "../../ui/copy-button.tsx";
import { AnswerEnd } from "./answer-end.tsx";
import { MessageParts } from "./message-parts.tsx";
import type { AnswerRow } from "./timeline.ts";
import { textOf } from "./timeline.ts";
import { UsageLine } from "./usage-line.tsx";

export interface AnswerActions {
  askAgain: (question: string) => void;
  goOn: (runId: string) => void;
  stop: () => void;
  answer: (runId: string, interruptId: string, answer: InterruptAnswer["answer"]) => void;
  cancelWaiting: (runId: string) => void;
  /** A run is being let go on at this moment. */
  resuming: boolean;
}

export interface AnswerProps {
  row: AnswerRow;
  /** Nothing follows it, so that asking again makes sense. */
  newest: boolean;
  /** The stream of this answer is down and coming back. */
  reconnecting: boolean;
  /** No further message may be sent now. */
  locked: boolean;
  actions: AnswerActions;
}

export const Answer = memo(function Answer({ row, newest, reconnecting, locked, actions }: AnswerProps) {
  const writing = row.status === "waiting" || row.status === "running";
  const text = textOf(row.parts);
  return (
    <article aria-label="Answer" aria-busy={writing} className="min-w-0">
      <MessageParts parts={row.parts} over={!writing && row.status !== "parked" && row.status !== "asking"} />
      {writing && <Writing waiting={row.status === "waiting"} reconnecting={reconnecting} />}
      <AnswerEnd row={row} newest={newest} locked={locked} actions={actions} />
      {(row.usage || text) && (
        <footer className="mt-1.5 flex h-7 items-center gap-1">
          {!writing && text && <CopyButton label="Copy answer" text={text} className="-ml-1.5 text-muted" />}
          {row.usage && <UsageLine usage={row.usage} model={row.model} />}
        </footer>
      )}
    </article>
  );
});

function Writing({ waiting, reconnecting }: { waiting: boolean; reconnecting: boolean }) {
  const note = reconnecting ? "Reconnecting…" : waiting ? "Thinking…" : "";
  return (
    <p aria-hidden className="mt-2 flex h-5 items-center gap-2 text-sm text-muted">
      <span className="size-2 animate-blink rounded-full bg-accent" />
      {note}
    </p>
  );
}

import type { AnswerStatus, Row } from "./timeline.ts";

const texts: Record<AnswerStatus, string> = {
  waiting: "Answering…",
  running: "Answering…",
  complete: "Answer complete",
  stopped: "Answer stopped",
  failed: "The answer failed",
  budget: "The answer was cut: the budget is spent",
  parked: "The answer waits for budget",
  asking: "The agent asks you something",
};

/** Tells assistive technology how the newest answer stands, not every word of it. */
export function AnswerAnnouncement({ rows, reconnecting }: { rows: readonly Row[]; reconnecting: boolean }) {
  const last = rows.at(-1);
  const status = last?.kind === "answer" ? last.status : undefined;
  const writing = status === "waiting" || status === "running";
  return (
    <div role="status" aria-live="polite" className="sr-only">
      {status && (writing && reconnecting ? "Reconnecting…" : texts[status])}
    </div>
  );
}

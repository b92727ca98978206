import type { ReactNode } from "react";
import type { Problem } from "../../rpc/problem.ts";
import { problemOfRun } from "../../rpc/problem.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { AnswerActions } from "./answer.tsx";
import { PersonQuestion } from "./person-question.tsx";
import type { AnswerRow } from "./timeline.ts";

export interface AnswerEndProps {
  row: AnswerRow;
  newest: boolean;
  locked: boolean;
  actions: AnswerActions;
}

const spent = {
  reason: "BUDGET_EXCEEDED",
  title: "The budget is spent",
  detail: "An admin can raise it.",
  retry: true,
};
const broken = {
  reason: "",
  title: "The answer broke off",
  detail: "Ask again; what was said so far is kept.",
  retry: true,
};

/** Says when an answer is not whole, and what to do. */
export function AnswerEnd({ row, newest, locked, actions }: AnswerEndProps) {
  const again = newest && (
    <Button
      size="small"
      disabled={locked || row.question === ""}
      onClick={() => actions.askAgain(row.question)}
    >
      Ask again
    </Button>
  );
  switch (row.status) {
    case "stopped":
      return <Stopped empty={row.parts.length === 0}>{again}</Stopped>;
    case "failed":
      return <End tone="danger" problem={row.error ? problemOfRun(row.error) : broken} actions={again} />;
    case "budget":
      return (
        <End
          tone="warn"
          problem={row.error ? problemOfRun(row.error) : spent}
          partial={row.parts.length > 0}
          actions={again}
        />
      );
    case "parked":
      return (
        <End
          tone="warn"
          problem={row.error ? problemOfRun(row.error) : spent}
          actions={<Parked row={row} actions={actions} />}
        />
      );
    case "asking":
      return row.interrupt ? (
        <PersonQuestion
          key={row.interrupt.interruptId}
          row={row}
          interrupt={row.interrupt}
          actions={actions}
        />
      ) : null;
    case "complete":
      return row.cut ? <Cut /> : null;
    default:
      return null;
  }
}

interface EndProps {
  tone: "danger" | "warn";
  problem: Problem;
  partial?: boolean;
  actions: ReactNode;
}

function End({ tone, problem, partial = false, actions }: EndProps) {
  const detail = partial ? `The answer was cut here. ${problem.detail}` : problem.detail;
  return (
    <div className="mt-3">
      <Notice tone={tone} title={problem.title} detail={detail}>
        {actions}
      </Notice>
    </div>
  );
}

function Stopped({ empty, children }: { empty: boolean; children: ReactNode }) {
  return (
    <div className="mt-2 flex flex-wrap items-center gap-3 text-sm text-muted">
      <span className="rounded-md border border-line px-2 py-0.5 text-xs">
        {empty ? "Stopped before it began" : "Stopped here"}
      </span>
      {children}
    </div>
  );
}

function Cut() {
  return (
    <p className="mt-2 text-sm text-muted">
      <span className="rounded-md border border-line px-2 py-0.5 text-xs">Cut at the length limit</span>
    </p>
  );
}

function Parked({ row, actions }: { row: AnswerRow; actions: AnswerActions }) {
  return (
    <>
      <Button size="small" tone="primary" onClick={() => actions.goOn(row.runId)}>
        Go on
      </Button>
      <Button size="small" onClick={actions.stop}>
        Leave it there
      </Button>
    </>
  );
}

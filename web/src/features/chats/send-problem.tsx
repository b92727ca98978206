import type { Problem } from "../../rpc/problem.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";

export interface SendProblemProps {
  problem: Problem;
  onRetry: () => void;
  onDismiss: () => void;
}

/** Stands above the composer when a message was not taken; the text is back in the composer. */
export function SendProblem({ problem, onRetry, onDismiss }: SendProblemProps) {
  return (
    <div className="mb-3">
      <Notice
        tone={problem.reason === "BUDGET_EXCEEDED" ? "warn" : "danger"}
        alert
        title={problem.title}
        detail={problem.detail}
      >
        {problem.retry && (
          <Button size="small" onClick={onRetry}>
            Try again
          </Button>
        )}
        <Button size="small" tone="ghost" onClick={onDismiss}>
          Dismiss
        </Button>
      </Notice>
    </div>
  );
}

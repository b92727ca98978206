import type {
  ChoiceAnswer,
  ChoiceQuestion,
  Interrupt,
  InterruptAnswer,
} from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { isScope } from "../platform/auth/scopes.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { codePoints } from "../platform/text/code-points.ts";
import type { RunRecord } from "./run.ts";

/**
 * Refuses an answer that is not of the question's kind, or that the actor may not give. Throws SCHEMA_VIOLATION,
 * SCOPE_MISSING, or INTERRUPT_STALE once the question has expired.
 */
export function requireFittingAnswer(
  actor: Actor,
  { runId, end }: RunRecord,
  answer: InterruptAnswer,
  now: Date,
): void {
  const interrupt = end?.interrupt;
  if (!interrupt) throw new TypeError("a question is answered only while it is asked");
  const { interruptId, expireTime } = interrupt;
  if (expireTime && timestampDate(expireTime) <= now) {
    throw new AppError("INTERRUPT_STALE", "the question has expired; cancel the run", {
      metadata: { run_id: runId, interrupt_id: interruptId, state: "INTERRUPTED" },
    });
  }
  const problem = problemOf(interrupt, answer);
  if (problem !== undefined) {
    throw new AppError("SCHEMA_VIOLATION", problem, {
      metadata: { field: "answer", interrupt_id: interruptId },
    });
  }
  requireApprover(actor, interrupt, answer);
}

function problemOf({ question }: Interrupt, { answer }: InterruptAnswer): string | undefined {
  if (question.case !== answer.case) return `the question asks for an answer of the kind ${question.case}`;
  if (question.case === "choice" && answer.case === "choice")
    return problemOfChoice(question.value, answer.value);
  if (question.case !== "text" || answer.case !== "text") return undefined;
  const { maxLength } = question.value;
  return codePoints(answer.value.text) > maxLength ? `at most ${maxLength} characters are taken` : undefined;
}

function problemOfChoice(
  { options, multiple }: ChoiceQuestion,
  { optionIds }: ChoiceAnswer,
): string | undefined {
  if (!multiple && optionIds.length !== 1) return "exactly one option is to be chosen";
  const unknown = optionIds.find((id) => !options.some(({ optionId }) => optionId === id));
  return unknown === undefined ? undefined : `the question has no option ${unknown}`;
}

/** Whoever lets an agent do something must be allowed to do it himself. */
function requireApprover(actor: Actor, { question }: Interrupt, { answer }: InterruptAnswer): void {
  if (question.case !== "confirm" || answer.case !== "confirm" || !answer.value.approved) return;
  const { requiredScope } = question.value;
  if (isScope(requiredScope)) requireScope(actor, requiredScope);
}

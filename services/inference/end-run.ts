import { AnswerState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { appendAnswer, type Causer } from "../chat/index.ts";
import type { Tx } from "../platform/db/database.ts";
import { changeRun, type RunDeps } from "./change-run.ts";
import { decideEnd, hasEnded, type RunOutcome, type RunRecord } from "./run.ts";
import { deleteProgress } from "./store.ts";

/**
 * Ends or parks a run: its answer goes to the chat, what it held of the budget goes back. A run that somebody asked
 * to stop is not parked.
 */
export async function endRun(
  tx: Tx,
  deps: RunDeps,
  causer: Causer,
  run: RunRecord,
  wanted: RunOutcome,
): Promise<RunRecord> {
  if (hasEnded(run)) return run;
  const stops = wanted.state === RunState.PARKED && run.cancelRequested;
  const outcome = stops ? { ...wanted, state: RunState.CANCELLED as const } : wanted;
  const parked = outcome.state === RunState.PARKED;
  const messageId =
    run.chatId === "" || parked ? "" : await appendAnswer(tx, deps, causer, answerOf(run, outcome));
  await deps.budget.release(tx, run.runId);
  if (!parked) await deleteProgress(tx, run.runId);
  return changeRun(tx, deps, causer, run, decideEnd(run, outcome, messageId));
}

function answerOf({ chatId, runId }: RunRecord, { state, parts, error }: RunOutcome) {
  return { chatId, runId, parts, answerState: answerStateOf(state, error?.reason) };
}

function answerStateOf(state: RunOutcome["state"], reason: ErrorReason | undefined): AnswerState {
  if (state === RunState.COMPLETED) return AnswerState.COMPLETE;
  if (reason === ErrorReason.BUDGET_EXCEEDED) return AnswerState.BUDGET_EXCEEDED;
  return state === RunState.FAILED ? AnswerState.FAILED : AnswerState.CANCELLED;
}

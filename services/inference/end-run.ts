import { AnswerState, FinishReason } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { appendAnswer, type Causer, type ClosedTurn } from "../chat/index.ts";
import type { Tx } from "../platform/db/database.ts";
import { changeRun, type RunDeps } from "./change-run.ts";
import { closeToolCalls } from "./close-tool-calls.ts";
import { decideEnd, hasEnded, isSuspended, type RunEvent, type RunOutcome, type RunRecord } from "./run.ts";
import { startTurn } from "./start-turn.ts";
import { deleteProgress } from "./store.ts";

const NO_TURN: ClosedTurn = { messageId: "", nextRunId: "" };

/**
 * Ends a run, or lets it stand still: what it held of the budget goes back; with the end its answer goes to the chat,
 * and the turn that waited longest begins. A run that somebody asked to stop does not stand still. `before` was
 * decided before the end.
 */
export async function endRun(
  tx: Tx,
  deps: RunDeps,
  causer: Causer,
  run: RunRecord,
  wanted: RunOutcome,
  before: readonly RunEvent[] = [],
): Promise<RunRecord> {
  if (hasEnded(run)) return run;
  const outcome = isSuspended(wanted) && !run.cancelRequested ? wanted : finalOf(wanted);
  const isFinal = !isSuspended(outcome);
  const closesTurn = isFinal && run.chatId !== "";
  const closed = closesTurn ? await appendAnswer(tx, deps, causer, answerOf(run, outcome)) : NO_TURN;
  await deps.budget.release(tx, run.runId, { goesOn: !isFinal });
  if (isFinal) await deleteProgress(tx, run.runId);
  const decided = [...before, ...decideEnd(run, outcome, closed.messageId)];
  const ended = await changeRun(tx, deps, causer, run, decided);
  if (closed.nextRunId !== "") await startTurn(tx, deps, closed.nextRunId);
  return ended;
}

function finalOf({ interrupt: _, ...outcome }: RunOutcome): RunOutcome {
  const state = isSuspended(outcome) ? RunState.CANCELLED : outcome.state;
  return { ...outcome, state, parts: closeToolCalls(outcome.parts) };
}

function answerOf({ chatId, runId, turn }: RunRecord, outcome: RunOutcome) {
  const { state, parts, error, finishReason = FinishReason.UNSPECIFIED } = outcome;
  const answerState = answerStateOf(state, error?.reason);
  return { chatId, runId, turn: BigInt(turn), parts, answerState, finishReason };
}

function answerStateOf(state: RunOutcome["state"], reason: ErrorReason | undefined): AnswerState {
  if (state === RunState.COMPLETED) return AnswerState.COMPLETE;
  if (reason === ErrorReason.BUDGET_EXCEEDED) return AnswerState.BUDGET_EXCEEDED;
  return state === RunState.FAILED ? AnswerState.FAILED : AnswerState.CANCELLED;
}

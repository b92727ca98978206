import { FinishReason, ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { StatusSchema, type Status } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunErrorSchema, RunState, type RunError } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import {
  changeRun,
  decideGiveBack,
  endRun,
  findRun,
  giveLeaseBack,
  hasEnded,
  isSuspended,
  hintRun,
  removeClaimed,
  usageMessage,
  STOPPED,
  type RunOutcome,
  type RunRecord,
} from "../inference/index.ts";
import { isDatabaseUnavailable } from "../platform/db/sql-driver.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { currentTraceId } from "../platform/telemetry/trace.ts";
import type { RunSession } from "./run-session.ts";
import { RunStop } from "./run-stop.ts";
import { causerOf } from "./run-take-up.ts";
import { toolResultFrame } from "./tell-event.ts";

/** Ends, parks or gives back a run whose attempt was broken off. */
export async function concludeAfter(session: RunSession, error: unknown): Promise<void> {
  // Says nothing about the run: its lease ends, and the next attempt goes on.
  if (isPassing(error)) throw error;
  if (error instanceof RunStop) {
    if (error.why === "cancelled") await conclude(session, { state: RunState.CANCELLED });
    if (error.why === "give-back") await giveBack(session);
  } else if (error instanceof AppError && error.reason === "BUDGET_EXCEEDED") {
    const state = session.deps.budget.parks(error) ? RunState.PARKED : RunState.CANCELLED;
    await conclude(session, { state, error: runErrorOf(session, error) });
  } else {
    await conclude(session, { state: RunState.FAILED, error: runErrorOf(session, error) });
  }
}

/** Another error may have such a cause, too: it was already judged by whoever wrapped it. */
const isPassing = (error: unknown) =>
  error instanceof AppError ? error.reason === "CONTENTION" : isDatabaseUnavailable(error);

/** Another executor need not wait for the end of the lease. */
async function giveBack(session: RunSession): Promise<void> {
  const { claim, deps } = session;
  await session.closeCall(undefined);
  await session.underLease(async (tx) => {
    const now = await findRun(tx, claim.runId);
    if (now) await changeRun(tx, deps, causerOf(now), now, decideGiveBack(now, claim.attempt));
    await giveLeaseBack(tx, claim);
    hintRun(tx, deps, claim.runId);
  });
}

/** Books what is open, ends the run and its lease in one transaction, then says so on the line. */
export async function conclude(
  session: RunSession,
  ending: Pick<RunOutcome, "state" | "interrupt"> & { error?: RunError },
): Promise<void> {
  const { answer, claim, deps, writer } = session;
  if (await session.closeCall(undefined)) await session.emitUsage();
  const { state, error, interrupt } = ending;
  if (state !== RunState.COMPLETED && state !== RunState.INTERRUPTED) failOpenToolCalls(session);
  // Before the state says so: whoever resumes the run must find its line complete.
  if (isSuspended(ending)) await session.settle();
  const usage = usageMessage(session.spent, deps.budget.currency);
  const { finishReason } = answer;
  const outcome: RunOutcome = { state, parts: answer.parts(), usage, error, interrupt };
  if (state === RunState.COMPLETED) outcome.finishReason = finishReason;
  const run = await session.underLease(async (tx) => {
    const now = await findRun(tx, claim.runId);
    if (!now) throw new RunStop("lease-lost");
    const ended = await endRun(tx, deps, causerOf(now), now, outcome);
    await removeClaimed(tx, claim, deps.executorId);
    return ended;
  });
  // Somebody asked the run to stop while it asked its question.
  if (run.state === RunState.CANCELLED) failOpenToolCalls(session);
  if (error) writer.emit({ case: "error", value: error });
  writer.emit({ case: "status", value: statusOf(run) });
  await writer.flush();
  if (hasEnded(run)) await deps.forget(claim.tenantId, claim.runId);
}

function statusOf({ state, end }: RunRecord): Status {
  const { messageId = "", interrupt, finishReason = FinishReason.UNSPECIFIED } = end ?? {};
  return create(StatusSchema, { state, messageId, finishReason, ...(interrupt && { interrupt }) });
}

/** The stored parts and the frames say the same about tool calls that will get no result. */
function failOpenToolCalls({ answer, writer }: RunSession): void {
  for (const toolCallId of answer.failOpenToolCalls(STOPPED)) {
    writer.emit(toolResultFrame(toolCallId, STOPPED, ToolCallState.FAILED));
  }
}

function runErrorOf({ deps, run }: RunSession, error: unknown): RunError {
  if (error instanceof AppError) {
    const { reason, message, retryAfterMilliseconds: wait } = error;
    const metadata = { ...error.metadata, ...(wait !== undefined && { retry_after_ms: String(wait) }) };
    if (reason === "PROVIDERS_EXHAUSTED")
      deps.warn(message, { runId: run.runId, model: run.model, ...metadata });
    return create(RunErrorSchema, { reason: ErrorReason[reason], message, metadata });
  }
  const traceId = currentTraceId() ?? run.runId;
  deps.warn("a run failed for a reason that nobody foresaw", { runId: run.runId, err: error });
  const message = `internal error; ask an operator for the log of run ${run.runId}`;
  return create(RunErrorSchema, { reason: ErrorReason.INTERNAL, message, metadata: { trace_id: traceId } });
}

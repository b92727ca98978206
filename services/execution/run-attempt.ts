import { ToolCallState, type MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { RunErrorSchema, RunState, type RunError } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import {
  conversationOfRun,
  endRun,
  findRun,
  giveLeaseBack,
  QUEUE_SUBJECT,
  removeClaimed,
  usageMessage,
  type Claim,
  type RunOutcome,
} from "../inference/index.ts";
import { isDatabaseUnavailable } from "../platform/db/sql-driver.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { EpochLost, FencedOut } from "../platform/frame-log/frame-log.ts";
import { currentTraceId } from "../platform/telemetry/trace.ts";
import type { AgentEvent, CallUsage } from "./agent-event.ts";
import type { FrameBody } from "./run-writer.ts";
import { RunSession, type RunSessionDeps } from "./run-session.ts";
import { RunStop } from "./run-stop.ts";
import { causerOf } from "./run-take-up.ts";

/** Works on a claimed run until it ends, is parked, is taken over, or the controller aborts. */
export async function runAttempt(deps: RunSessionDeps, claim: Claim, abort: AbortController): Promise<void> {
  const onRefused = (error: unknown) => abort.abort(stopFor(error));
  const session = await RunSession.begin(deps, claim, abort.signal, onRefused);
  if (!session) return;
  try {
    begin(session);
    await follow(session, abort);
    await conclude(session, { state: RunState.COMPLETED });
  } catch (error) {
    await concludeAfter(session, error);
  }
}

function stopFor(error: unknown): unknown {
  if (error instanceof FencedOut) return new RunStop("lease-lost");
  return error instanceof EpochLost ? new RunStop("give-back") : error;
}

/** A later attempt takes back what was said at once, so that the line and what is stored of it agree. */
function begin({ claim, run, refusal, writer }: RunSession): void {
  const { agentId, agentVersion, model } = run;
  writer.emit({
    case: "started",
    value: { $typeName: "ameide.inference.v1.Started", agentId, agentVersion, model },
  });
  if (claim.attempt > 1) writer.emit(TAKE_ALL_BACK);
  if (run.cancelRequested) throw new RunStop("cancelled");
  if (refusal) throw refusal;
}

const TAKE_ALL_BACK: FrameBody = {
  case: "retract",
  value: { $typeName: "ameide.inference.v1.Retract", toOffset: 0n, keepToolCalls: 0 },
};

async function follow(session: RunSession, abort: AbortController): Promise<void> {
  const { run, claim, deps } = session;
  const conversation = await conversationOfRun(deps.database.reader(claim.tenantId), run);
  const { runId, userId, agentId, agentVersion, model, maxOutputTokens } = run;
  const { tenantId, attempt } = claim;
  const events = deps.executor.execute({
    tenantId,
    runId,
    userId,
    attempt,
    agentId,
    agentVersion,
    model,
    maxOutputTokens,
    conversation,
    beforeModelCall: (call) => session.openCall(call),
    signal: abort.signal,
  });
  for await (const event of events) {
    try {
      await take(session, event);
    } catch (error) {
      // Whatever of the graph waits for this session must not wait for ever.
      abort.abort(error);
      throw error;
    }
  }
}

const NOTHING_OWED: CallUsage = { inputTokens: 0, outputTokens: 0, reported: false, aborted: true };

async function take(session: RunSession, event: AgentEvent): Promise<void> {
  const { answer, writer } = session;
  switch (event.type) {
    case "restored":
      return sayAgain(session, event.parts);
    case "call_started":
      return;
    case "text":
      writer.text(answer.textLength, event.text);
      answer.addText(event.text);
      return session.meter(event.outputTokens);
    case "tool_call":
      writer.emit(toolCallFrame(event.toolCallId, event.name, answer.textLength));
      answer.addToolCall(event.toolCallId, event.name);
      return;
    case "tool_args":
      emitArguments(session, event.toolCallId, event.json);
      return session.meter(event.outputTokens);
    case "tool_result": {
      const state = event.failed ? ToolCallState.FAILED : ToolCallState.DONE;
      answer.setToolResult(event.toolCallId, event.result, state);
      writer.emit(toolResultFrame(event.toolCallId, event.result, state));
      return;
    }
    case "call_refused":
      await session.closeCall(NOTHING_OWED);
      return;
    case "call_ended":
      if (await session.closeCall(event.usage)) await session.emitUsage();
      return;
  }
}

/** Says what the checkpoint holds of the answer; earlier attempts' frames were taken back. */
function sayAgain(session: RunSession, parts: readonly MessagePart[]): void {
  const { answer, writer } = session;
  for (const { kind } of parts) {
    if (kind.case === "text") {
      writer.text(answer.textLength, kind.value.text);
      answer.addText(kind.value.text);
    } else if (kind.case === "toolCall") {
      const { toolCallId, name, argumentsJson, result, state } = kind.value;
      writer.emit(toolCallFrame(toolCallId, name, answer.textLength));
      answer.addToolCall(toolCallId, name);
      emitArguments(session, toolCallId, argumentsJson);
      answer.setToolResult(toolCallId, result, state);
      if (state !== ToolCallState.RUNNING) writer.emit(toolResultFrame(toolCallId, result, state));
    }
  }
}

function emitArguments({ answer, writer }: RunSession, toolCallId: string, json: string): void {
  const offset = answer.addToolArguments(toolCallId, json);
  if (offset === undefined || json === "") return;
  const value = {
    $typeName: "ameide.inference.v1.ToolArgsDelta" as const,
    toolCallId,
    offset: BigInt(offset),
    json,
  };
  writer.emit({ case: "toolArgsDelta", value });
}

const toolCallFrame = (toolCallId: string, name: string, textOffset: number): FrameBody => ({
  case: "toolCall",
  value: { $typeName: "ameide.inference.v1.ToolCall", toolCallId, name, textOffset: BigInt(textOffset) },
});

const toolResultFrame = (toolCallId: string, result: string, state: ToolCallState): FrameBody => ({
  case: "toolResult",
  value: { $typeName: "ameide.inference.v1.ToolResult", toolCallId, result, state },
});

async function concludeAfter(session: RunSession, error: unknown): Promise<void> {
  // Says nothing about the run: its lease ends, and the next attempt goes on.
  if (isPassing(error)) throw error;
  if (error instanceof RunStop) {
    if (error.why === "cancelled") await conclude(session, { state: RunState.CANCELLED });
    if (error.why === "give-back") await giveBack(session);
  } else if (error instanceof AppError && error.reason === "BUDGET_EXCEEDED") {
    const parks = await session.deps.budget.parks(
      session.deps.database.reader(session.claim.tenantId),
      error,
    );
    const state = parks ? RunState.PARKED : RunState.CANCELLED;
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
    await giveLeaseBack(tx, claim);
    tx.afterCommit(() => deps.bus.publish(QUEUE_SUBJECT));
  });
}

/** Books what is open, ends the run and its lease in one transaction, then says so on the line. */
async function conclude(
  session: RunSession,
  ending: { state: RunOutcome["state"]; error?: RunError },
): Promise<void> {
  const { answer, claim, deps, writer } = session;
  if (await session.closeCall(undefined)) await session.emitUsage();
  if (ending.state !== RunState.COMPLETED) failOpenToolCalls(session);
  const usage = usageMessage(session.spent, deps.budget.currency);
  const outcome = { state: ending.state, parts: answer.parts(), usage, error: ending.error };
  const run = await session.underLease(async (tx) => {
    const now = await findRun(tx, claim.runId);
    if (!now) throw new RunStop("lease-lost");
    const ended = await endRun(tx, deps, causerOf(now), now, outcome);
    await removeClaimed(tx, claim, deps.executorId);
    return ended;
  });
  if (ending.error) writer.emit({ case: "error", value: ending.error });
  const { state, end } = run;
  const messageId = end?.messageId ?? "";
  writer.emit({ case: "status", value: { $typeName: "ameide.inference.v1.Status", state, messageId } });
  await writer.flush();
  if (state !== RunState.PARKED) await deps.forget(claim.tenantId, claim.runId);
}

/** The stored parts and the frames say the same about tool calls that will get no result. */
function failOpenToolCalls({ answer, writer }: RunSession): void {
  for (const toolCallId of answer.failOpenToolCalls(STOPPED)) {
    writer.emit(toolResultFrame(toolCallId, STOPPED, ToolCallState.FAILED));
  }
}

const STOPPED = "the run was stopped before the tool answered";

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

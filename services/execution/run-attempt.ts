import { ToolCallState, type MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { RunErrorSchema, RunState, type RunError } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import {
  conversationOf,
  conversationOfChat,
  endRun,
  findRun,
  removeClaimed,
  usageMessage,
  type Claim,
  type RunOutcome,
} from "../inference/index.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { EpochLost, FencedOut } from "../platform/frame-log/frame-log.ts";
import { currentTraceId } from "../platform/telemetry/trace.ts";
import type { AgentEvent } from "./agent-event.ts";
import type { FrameBody } from "./run-writer.ts";
import { causerOf, RunSession, type RunSessionDeps } from "./run-session.ts";
import { RunStop } from "./run-stop.ts";

/**
 * Works on a claimed run until it ends, is parked, is taken over, or the controller aborts. What it resolves to says
 * whether the lease should go back to the queue at once.
 */
export async function runAttempt(deps: RunSessionDeps, claim: Claim, abort: AbortController): Promise<void> {
  const session = await RunSession.begin(deps, claim, (error) => abort.abort(stopFor(error)));
  if (!session) return;
  try {
    session.writer.emit({ case: "started", value: startedFrame(session) });
    if (session.run.cancelRequested) throw new RunStop("cancelled");
    await follow(session, abort.signal);
    await conclude(session, { state: RunState.COMPLETED });
  } catch (error) {
    return concludeAfter(session, error);
  }
}

const stopFor = (error: unknown) =>
  error instanceof FencedOut
    ? new RunStop("lease-lost")
    : error instanceof EpochLost
      ? new RunStop("shutting-down")
      : error;

function startedFrame({ run: { agentId, agentVersion, model } }: RunSession) {
  return { $typeName: "ameide.inference.v1.Started" as const, agentId, agentVersion, model };
}

async function follow(session: RunSession, signal: AbortSignal): Promise<void> {
  const { run, claim, deps } = session;
  const reader = deps.database.reader(claim.tenantId);
  const { messages } =
    run.chatId === "" ? conversationOf(run.messages) : await conversationOfChat(reader, run.chatId);
  const { runId, userId, agentId, agentVersion, model, maxOutputTokens } = run;
  const events = deps.executor.execute({
    ...{
      tenantId: claim.tenantId,
      runId,
      userId,
      attempt: claim.attempt,
      agentId,
      agentVersion,
      model,
      maxOutputTokens,
    },
    conversation: messages,
    beforeModelCall: (call) => session.openCall(call),
    signal,
  });
  let first = true;
  for await (const event of events) {
    if (first && claim.attempt > 1) sayAgain(session, event.type === "restored" ? event.parts : []);
    first = false;
    await take(session, event);
  }
}

async function take(session: RunSession, event: AgentEvent): Promise<void> {
  const { answer, writer } = session;
  switch (event.type) {
    case "restored":
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
    case "call_ended":
      await session.closeCall(event.usage);
      return session.emitUsage();
  }
}

/** A later attempt takes back everything and says again what the checkpoint holds: readers may lack its last frames. */
function sayAgain(session: RunSession, parts: readonly MessagePart[]): void {
  const { answer, writer } = session;
  writer.emit({
    case: "retract",
    value: { $typeName: "ameide.inference.v1.Retract", toOffset: 0n, keepToolCalls: 0 },
  });
  answer.replaceWith([]);
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
  if (error instanceof RunStop && error.why === "lease-lost") return;
  if (error instanceof RunStop && error.why === "shutting-down") {
    await session.closeCall(undefined);
    return;
  }
  if (error instanceof RunStop) await conclude(session, { state: RunState.CANCELLED });
  else if (error instanceof AppError && error.reason === "BUDGET_EXCEEDED")
    await concludeOutOfBudget(session, error);
  else await conclude(session, { state: RunState.FAILED, error: runErrorOf(session, error) });
  return;
}

async function concludeOutOfBudget(session: RunSession, error: AppError): Promise<void> {
  const parks = await session.deps.budget.parks(session.deps.database.reader(session.claim.tenantId));
  const state = parks ? RunState.PARKED : RunState.CANCELLED;
  await conclude(session, { state, error: runErrorOf(session, error) });
}

/** Books what is open, ends the run and its lease in one transaction, then says so on the line. */
async function conclude(
  session: RunSession,
  ending: { state: RunOutcome["state"]; error?: RunError },
): Promise<void> {
  const { answer, claim, deps, writer } = session;
  await session.closeCall(undefined);
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
  const messageId = run.end?.messageId ?? "";
  writer.emit({
    case: "status",
    value: { $typeName: "ameide.inference.v1.Status", state: ending.state, messageId },
  });
  await writer.flush();
  if (ending.state !== RunState.PARKED) await deps.forget(claim.tenantId, claim.runId);
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
    const { reason, message, metadata } = error;
    return create(RunErrorSchema, { reason: ErrorReason[reason], message, metadata: { ...metadata } });
  }
  const traceId = currentTraceId() ?? run.runId;
  deps.warn("a run failed for a reason that nobody foresaw", { runId: run.runId, err: error });
  const message = `internal error; ask an operator for the log of run ${run.runId}`;
  return create(RunErrorSchema, { reason: ErrorReason.INTERNAL, message, metadata: { trace_id: traceId } });
}

import { FinishReason, ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { AgentEvent, CallStarted, CallUsage, SuggestedPatch } from "./agent-event.ts";
import type { Place } from "./run-answer.ts";
import type { FrameBody } from "./run-writer.ts";
import type { RunSession } from "./run-session.ts";

const NOTHING_OWED: CallUsage = { inputTokens: 0, outputTokens: 0, reported: false, aborted: true };

/** Tells readers what the graph did, and keeps the books of it. */
export async function tellEvent(session: RunSession, event: AgentEvent): Promise<void> {
  const { answer, writer } = session;
  switch (event.type) {
    case "restored":
      // What it holds was said when the execution began.
      answer.finishReason = event.finishReason;
      return;
    case "call_started":
      return beginCall(session, event);
    case "text":
      retract(session, answer.takeBackVoid());
      writer.text(answer.textLength, event.text);
      answer.addText(event.text);
      return session.meter(event.outputTokens);
    case "tool_call":
      retract(session, answer.takeBackVoid());
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
    case "suggestion":
      writer.emit(suggestionFrame(event.toolCallId, event.suggestion));
      return;
    case "call_refused":
      await session.closeCall(NOTHING_OWED);
      return;
    case "call_blocked":
      retract(session, answer.keepOfCall(event.keep));
      return endCall(session, event.usage);
    case "call_failed":
      return endCall(session, undefined);
    case "call_ended":
      answer.finishReason = event.finishReason ?? FinishReason.UNSPECIFIED;
      return endCall(session, event.usage);
    case "interrupted":
      return;
  }
}

/** Readers are told when another model goes on than the one they know of. */
function beginCall(session: RunSession, { call, replaces, switched }: CallStarted): void {
  const { answer, run, writer } = session;
  answer.beginCall({ replaces });
  session.emitEstimate();
  if (!switched) return;
  const { agentId, agentVersion } = run;
  const value = {
    $typeName: "ameide.inference.v1.Started" as const,
    agentId,
    agentVersion,
    model: call.model,
  };
  writer.emit({ case: "started", value });
}

async function endCall(session: RunSession, usage: CallUsage | undefined): Promise<void> {
  if (await session.closeCall(usage)) await session.emitUsage();
}

export function retract({ writer }: RunSession, to: Place | undefined): void {
  if (!to) return;
  const { textLength, toolCalls: keepToolCalls } = to;
  const value = {
    $typeName: "ameide.inference.v1.Retract" as const,
    toOffset: BigInt(textLength),
    keepToolCalls,
  };
  writer.emit({ case: "retract", value });
}

export function emitArguments({ answer, writer }: RunSession, toolCallId: string, json: string): void {
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

export const toolCallFrame = (toolCallId: string, name: string, textOffset: number): FrameBody => ({
  case: "toolCall",
  value: { $typeName: "ameide.inference.v1.ToolCall", toolCallId, name, textOffset: BigInt(textOffset) },
});

const suggestionFrame = (toolCallId: string, { patch, summary }: SuggestedPatch): FrameBody => ({
  case: "suggestion",
  value: { $typeName: "ameide.inference.v1.Suggestion", toolCallId, patch, summary: [...summary] },
});

export const toolResultFrame = (toolCallId: string, result: string, state: ToolCallState): FrameBody => ({
  case: "toolResult",
  value: { $typeName: "ameide.inference.v1.ToolResult", toolCallId, result, state },
});

import { AIMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { FinishReason } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { Annotation } from "@langchain/langgraph";
import type { EndedCall } from "../agent-event.ts";
import type { WrittenToolCall } from "../models/tool-call-reader.ts";
import type { CallAnswer } from "./try-model.ts";

/**
 * What a run adds: the model's messages and the tools' answers. The conversation before it is the run's input and
 * would only make every checkpoint larger.
 */
export const answerAnnotation = Annotation.Root({
  answer: Annotation<BaseMessage[]>({ reducer: (before, added) => before.concat(added), default: () => [] }),
});

export type AnswerState = typeof answerAnnotation.State;

const ARGUMENTS = "tool_arguments";
const FINISH = "finish";
const CALL = "call";

export function answerMessage({ text, toolCalls, finishReason, ended }: CallAnswer): AIMessage {
  return new AIMessage({
    content: text,
    tool_calls: toolCalls.map(({ id, name, json }) => {
      return { type: "tool_call", id, name, args: argumentsOf(json) };
    }),
    response_metadata: {
      [ARGUMENTS]: toolCalls.map(({ json }) => json),
      [FINISH]: finishReason,
      [CALL]: ended,
    },
  });
}

/** The calls that these messages came of; one of a checkpoint from before calls were kept has none. */
export const endedCallsOf = (answer: readonly BaseMessage[]): EndedCall[] =>
  modelMessagesOf(answer).flatMap(
    (message) => (message.response_metadata[CALL] as EndedCall | undefined) ?? [],
  );

/** Providers refuse arguments that are not an object; the tool's answer says what was wrong with them. */
function argumentsOf(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

export function toolCallsOf(message: AIMessage): WrittenToolCall[] {
  const written = message.response_metadata[ARGUMENTS] as readonly string[] | undefined;
  return (message.tool_calls ?? []).map(({ id = "", name, args }, i) => ({
    id,
    name,
    json: written?.[i] ?? JSON.stringify(args),
  }));
}

/** Why the last model call stopped. */
export function finishReasonOf(answer: readonly BaseMessage[]): FinishReason {
  const told: unknown = modelMessagesOf(answer).at(-1)?.response_metadata[FINISH];
  return typeof told === "number" ? told : FinishReason.UNSPECIFIED;
}

/** Calls of the last model message that have no result yet, each with its place among them. */
export function openCallsOf(answer: readonly BaseMessage[]): { call: WrittenToolCall; position: number }[] {
  const last = modelMessagesOf(answer).at(-1);
  const answered = new Set(toolMessagesOf(answer).map((message) => message.tool_call_id));
  const calls = last ? toolCallsOf(last) : [];
  return calls.map((call, position) => ({ call, position })).filter(({ call }) => !answered.has(call.id));
}

export function toolMessage(call: WrittenToolCall, result: string, failed: boolean): ToolMessage {
  return new ToolMessage({
    tool_call_id: call.id,
    name: call.name,
    content: result,
    status: failed ? "error" : "success",
  });
}

export function modelMessagesOf(answer: readonly BaseMessage[]): AIMessage[] {
  return answer.filter((message) => AIMessage.isInstance(message));
}

export function toolMessagesOf(answer: readonly BaseMessage[]): ToolMessage[] {
  return answer.filter((message) => ToolMessage.isInstance(message));
}

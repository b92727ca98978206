import { FinishReason } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { AIMessageChunk } from "@langchain/core/messages";

const { STOP, LENGTH, TOOL_CALLS, CONTENT_FILTER } = FinishReason;

/** OpenAI's names, then Anthropic's. */
const REASONS: ReadonlyMap<unknown, FinishReason> = new Map([
  ["stop", STOP],
  ["length", LENGTH],
  ["tool_calls", TOOL_CALLS],
  ["function_call", TOOL_CALLS],
  ["content_filter", CONTENT_FILTER],
  ["end_turn", STOP],
  ["stop_sequence", STOP],
  ["max_tokens", LENGTH],
  ["model_context_window_exceeded", LENGTH],
  ["tool_use", TOOL_CALLS],
  ["refusal", CONTENT_FILTER],
]);

/** Why the model stops, if this chunk says so; the clients put it in different places. */
export function finishReasonOf({
  response_metadata,
  additional_kwargs,
}: AIMessageChunk): FinishReason | undefined {
  const places = [
    response_metadata["finish_reason"],
    response_metadata["stop_reason"],
    additional_kwargs["stop_reason"],
  ];
  return REASONS.get(places.find((told) => typeof told === "string"));
}

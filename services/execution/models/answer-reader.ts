import type { AIMessageChunk, UsageMetadata } from "@langchain/core/messages";
import type { AgentEvent } from "../agent-event.ts";
import { createOutputCounter } from "./output-counter.ts";
import { createTextDeltas } from "./text-deltas.ts";
import { createToolCallReader, type WrittenToolCall } from "./tool-call-reader.ts";

/** What came of a model call. */
export interface ModelAnswer {
  text: string;
  toolCalls: readonly WrittenToolCall[];
  /** Our count. */
  outputTokens: number;
  /** What the provider told. */
  usage: UsageMetadata | undefined;
}

/** Turns the chunks of one model call into events. */
export interface AnswerReader {
  accept(chunk: AIMessageChunk): AgentEvent[];
  /** Events that were held back; nothing is accepted after. */
  finish(): AgentEvent[];
  readonly answer: ModelAnswer;
}

/** `uniqueId` gives each tool call an id that its run has not seen, the provider's own where it is one. */
export function createAnswerReader(uniqueId: (offered: string) => string): AnswerReader {
  const counter = createOutputCounter();
  const deltas = createTextDeltas();
  const tools = createToolCallReader({ uniqueId, count });
  const answer = {
    text: "",
    toolCalls: tools.calls,
    outputTokens: 0,
    usage: undefined as UsageMetadata | undefined,
  };

  function count(text: string): number {
    answer.outputTokens = counter.add(text);
    return answer.outputTokens;
  }

  function say(text: string): AgentEvent[] {
    if (text === "") return [];
    answer.text += text;
    return [{ type: "text", text, outputTokens: count(text) }];
  }

  return {
    accept(chunk) {
      answer.usage = laterUsage(answer.usage, chunk.usage_metadata);
      const events = say(deltas.add(chunk.text));
      for (const delta of chunk.tool_call_chunks ?? []) events.push(...tools.accept(delta));
      return events;
    },
    finish: () => [...say(deltas.flush()), ...tools.finish()],
    answer,
  };
}

/** Providers that tell usage several times either count on or tell each number once, beside zeros. */
function laterUsage(
  before: UsageMetadata | undefined,
  told: UsageMetadata | undefined,
): UsageMetadata | undefined {
  if (!before || !told) return told ?? before;
  const input_tokens = Math.max(before.input_tokens, told.input_tokens);
  const output_tokens = Math.max(before.output_tokens, told.output_tokens);
  return { ...before, ...told, input_tokens, output_tokens };
}

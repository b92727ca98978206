import type { AIMessageChunk, UsageMetadata } from "@langchain/core/messages";
import { FinishReason } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { AgentEvent } from "../agent-event.ts";
import { finishReasonOf } from "./finish-reason.ts";
import { createOutputCounter } from "./output-counter.ts";
import { createTextDeltas, type TextDeltas } from "./text-deltas.ts";
import { createToolCallReader, type ToolCallDelta, type WrittenToolCall } from "./tool-call-reader.ts";

/** What came of a model call. */
export interface ModelAnswer {
  text: string;
  toolCalls: readonly WrittenToolCall[];
  /** Our count. */
  outputTokens: number;
  /** What the provider told. */
  usage: UsageMetadata | undefined;
  /** The provider went on beyond what is taken. */
  overran: boolean;
  /** As the provider told it; LENGTH where we cut it off. */
  finishReason: FinishReason;
}

/** Turns the chunks of one model call into events. */
export interface AnswerReader {
  accept(chunk: AIMessageChunk): AgentEvent[];
  /** Events that were held back; nothing is accepted after. */
  finish(): AgentEvent[];
  readonly answer: ModelAnswer;
}

interface AnswerReaderOptions {
  /** An id that the run has not seen: the offered one where it is one. */
  uniqueId(offered: string): string;
  /** Most tokens that are taken; a provider's limit does not bind it. */
  tokenLimit: number;
  /** Turns what the model wrote into what was meant; by default they are the same. Counted is what it wrote. */
  restorer?: () => TextDeltas;
}

const asWritten = (): TextDeltas => ({ add: (text) => text, flush: () => "" });

/** Longer pieces are taken in parts, so that the limit and the size of an event hold whatever a provider sends. */
const LONGEST_PIECE = 512;
/** Thinking that is not shown comes as pieces without text, about one per token. */
const EMPTY_PIECES_PER_TOKEN = 4;

export function createAnswerReader(options: AnswerReaderOptions): AnswerReader {
  const { uniqueId, tokenLimit, restorer = asWritten } = options;
  const counter = createOutputCounter();
  const deltas = createTextDeltas();
  const restored = restorer();
  const tools = createToolCallReader({ uniqueId, count, restorer });
  const answer: ModelAnswer = {
    text: "",
    toolCalls: tools.calls,
    outputTokens: 0,
    usage: undefined,
    overran: false,
    finishReason: FinishReason.UNSPECIFIED,
  };
  let emptyPieces = 0;

  function count(text: string): number {
    answer.outputTokens = counter.add(text);
    answer.overran ||= answer.outputTokens > tokenLimit;
    return answer.outputTokens;
  }

  const say = (text: string): AgentEvent[] =>
    [...piecesOf(text)].flatMap((piece) => {
      if (answer.overran) return [];
      count(piece);
      return tell(answer, restored.add(piece));
    });

  const callTools = (calls: readonly ToolCallDelta[]): AgentEvent[] =>
    [...inPieces(calls)].flatMap((call) => (answer.overran ? [] : tools.accept(call)));

  return {
    accept(chunk) {
      answer.usage = laterUsage(answer.usage, chunk.usage_metadata);
      const { outputTokens } = answer;
      const events = [...say(deltas.add(chunk.text)), ...callTools(chunk.tool_call_chunks ?? [])];
      if (events.length === 0 && answer.outputTokens === outputTokens) emptyPieces += 1;
      answer.overran ||= emptyPieces > tokenLimit * EMPTY_PIECES_PER_TOKEN;
      answer.finishReason = answer.overran
        ? FinishReason.LENGTH
        : (finishReasonOf(chunk) ?? answer.finishReason);
      return events;
    },
    finish: () => [...say(deltas.flush()), ...tell(answer, restored.flush()), ...tools.finish()],
    answer,
  };
}

function tell(answer: ModelAnswer, text: string): AgentEvent[] {
  answer.text += text;
  return text === "" ? [] : [{ type: "text", text, outputTokens: answer.outputTokens }];
}

function* inPieces(calls: readonly ToolCallDelta[]): Iterable<ToolCallDelta> {
  for (const call of calls) {
    if (!call.args) yield call;
    else for (const args of piecesOf(call.args)) yield { ...call, args };
  }
}

function* piecesOf(text: string): Iterable<string> {
  for (let start = 0; start < text.length;) {
    const end = start + LONGEST_PIECE;
    const splitsPair = end < text.length && /^[\udc00-\udfff]/.test(text.slice(end, end + 1));
    const piece = text.slice(start, splitsPair ? end - 1 : end);
    yield piece;
    start += piece.length;
  }
}

type Counts = Readonly<Record<string, number | undefined>>;

const largest = (a: Counts = {}, b: Counts = {}): Record<string, number> =>
  Object.fromEntries(Object.keys({ ...a, ...b }).map((key) => [key, Math.max(a[key] ?? 0, b[key] ?? 0)]));

/** Providers that tell usage several times either count on or tell each number once, beside zeros. */
function laterUsage(
  before: UsageMetadata | undefined,
  told: UsageMetadata | undefined,
): UsageMetadata | undefined {
  if (!before || !told) return told ?? before;
  const input_tokens = Math.max(before.input_tokens, told.input_tokens);
  const output_tokens = Math.max(before.output_tokens, told.output_tokens);
  const input_token_details = largest(before.input_token_details, told.input_token_details);
  const output_token_details = largest(before.output_token_details, told.output_token_details);
  return { ...before, ...told, input_tokens, output_tokens, input_token_details, output_token_details };
}

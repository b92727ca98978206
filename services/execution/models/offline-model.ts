import { setImmediate as nextTurn } from "node:timers/promises";
import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BindToolsInput,
} from "@langchain/core/language_models/chat_models";
import { AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import { countTokens } from "../../platform/tokenizer/count-tokens.ts";
import { createOutputCounter } from "./output-counter.ts";
import type { Said } from "./offline/command.ts";
import { offlineAnswer } from "./offline/offline-answer.ts";

export interface OfflineModelFields {
  maxOutputTokens: number;
  /** 0: as fast as possible. */
  tokensPerSecond: number;
}

interface OfflineCallOptions extends BaseChatModelCallOptions {
  tools?: BindToolsInput[];
}

/** A word with the space before it; longer words in parts. Never splits a code point. */
const PIECE = /\s*\S{1,24}|\s+/gu;
const ARGS_PIECE = /.{1,12}/gsu;
/** Without pacing, this many pieces are said before others get their turn. */
const PIECES_PER_TURN = 32;

/**
 * The model that needs no key: it follows the commands of docs/offline-model.md and otherwise says plainly what it
 * can do. The same conversation always gets the same answer.
 */
export class OfflineModel extends BaseChatModel<OfflineCallOptions> {
  readonly #maxOutputTokens: number;
  readonly #tokensPerSecond: number;

  constructor({ maxOutputTokens, tokensPerSecond }: OfflineModelFields) {
    super({});
    this.#maxOutputTokens = maxOutputTokens;
    this.#tokensPerSecond = tokensPerSecond;
  }

  override _llmType(): string {
    return "offline";
  }

  override bindTools(tools: BindToolsInput[], options?: Partial<OfflineCallOptions>) {
    return this.withConfig({ ...options, tools });
  }

  override async _generate(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): Promise<ChatResult> {
    let whole: ChatGenerationChunk | undefined;
    for await (const chunk of this._streamResponseChunks(messages, options, runManager)) {
      whole = whole ? whole.concat(chunk) : chunk;
    }
    return { generations: whole ? [whole] : [] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    runManager?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    const tools = options.tools ?? [];
    const callable = options.tool_choice === "none" ? [] : tools.map(nameOfTool);
    const said = messages.filter((message) => message.type !== "system").map(toSaid);
    const answer = offlineAnswer({ messages: said, tools: new Set(callable) });
    const pace = createPace(this.#tokensPerSecond, options.signal);
    let output = "";
    let finish = "stop";
    if (typeof answer === "object" && "tool" in answer) {
      const json = JSON.stringify(answer.args);
      output = answer.tool + json;
      finish = "tool_calls";
      yield* toolCallChunks(answer.tool, json, `call_${countToolCalls(messages) + 1}`, pace);
    } else {
      const counter = createOutputCounter();
      for (const piece of piecesOf(answer)) {
        if (counter.add(piece) > this.#maxOutputTokens) finish = "length";
        if (finish === "length" && output !== "") break;
        // An answer without any text is a failure, so the smallest limit lets one letter pass.
        const text = finish === "length" ? firstLetter(piece) : piece;
        await pace(counter.tokens);
        output += text;
        yield chunkOf({ content: text }, text);
        await runManager?.handleLLMNewToken(text);
      }
    }
    const toolTokens = tools.length > 0 ? countTokens(JSON.stringify(tools)) : 0;
    const input = messages.reduce((sum, message) => sum + countTokens(message.text), toolTokens);
    yield lastChunk(input, output, finish);
  }
}

function* piecesOf(answer: string | Iterable<string>): Iterable<string> {
  const texts = typeof answer === "string" ? [answer] : answer;
  for (const text of texts) yield* text.match(PIECE) ?? [];
}

const firstLetter = (text: string): string => [...text].slice(0, 1).join("");

async function* toolCallChunks(
  name: string,
  json: string,
  id: string,
  pace: Pace,
): AsyncGenerator<ChatGenerationChunk> {
  await pace(0);
  yield chunkOf({
    content: "",
    tool_call_chunks: [{ type: "tool_call_chunk", index: 0, id, name, args: "" }],
  });
  for (const args of json.match(ARGS_PIECE) ?? []) {
    yield chunkOf({ content: "", tool_call_chunks: [{ type: "tool_call_chunk", index: 0, args }] });
  }
}

function lastChunk(input_tokens: number, output: string, finish: string): ChatGenerationChunk {
  const output_tokens = countTokens(output);
  const usage_metadata = { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens };
  return chunkOf({ content: "", usage_metadata, response_metadata: { finish_reason: finish } });
}

function chunkOf(
  fields: ConstructorParameters<typeof AIMessageChunk>[0] & object,
  text = "",
): ChatGenerationChunk {
  return new ChatGenerationChunk({ text, message: new AIMessageChunk(fields) });
}

/** Waits until so many tokens may have been said; throws once the call is aborted. */
type Pace = (tokens: number) => Promise<void>;

function createPace(tokensPerSecond: number, signal: AbortSignal | undefined): Pace {
  const start = performance.now();
  let wake: () => void = () => undefined;
  // One listener for the whole call: one per piece costs more than the piece.
  signal?.addEventListener("abort", () => wake(), { once: true });
  let first: number | undefined;
  let pieces = 0;

  async function sleep(milliseconds: number): Promise<void> {
    const slept = Promise.withResolvers<void>();
    const timer = setTimeout(slept.resolve, milliseconds);
    wake = slept.resolve;
    await slept.promise;
    clearTimeout(timer);
  }

  return async (tokens) => {
    signal?.throwIfAborted();
    pieces += 1;
    first ??= tokens;
    if (tokensPerSecond === 0) {
      if (pieces % PIECES_PER_TURN === 0) await nextTurn();
      return;
    }
    const wait = start + ((tokens - first) * 1000) / tokensPerSecond - performance.now();
    if (wait > 0) await sleep(wait);
    signal?.throwIfAborted();
  };
}

function toSaid(message: BaseMessage): Said {
  const by = message.type === "human" ? "user" : message.type === "tool" ? "tool" : "assistant";
  return { by, text: message.text };
}

function countToolCalls(messages: readonly BaseMessage[]): number {
  return messages.filter((message) => message.type === "tool").length;
}

function nameOfTool(tool: BindToolsInput): string {
  if (
    "function" in tool &&
    typeof tool.function === "object" &&
    tool.function !== null &&
    "name" in tool.function
  ) {
    return String(tool.function.name);
  }
  return "name" in tool ? String(tool.name) : "";
}

import { setTimeout as sleep } from "node:timers/promises";
import type { BaseChatModelCallOptions } from "@langchain/core/language_models/chat_models";
import type { AIMessageChunk, BaseMessage } from "@langchain/core/messages";
import type { ChatModel } from "./model-factory.ts";
import { providerFailure, ProviderStalled } from "./provider-failure.ts";

/** How long to bear with a provider, in milliseconds. */
export interface Patience {
  firstToken: number;
  betweenTokens: number;
  /** Before the first retry; doubles for the second. A provider's Retry-After counts instead. */
  retryDelay: number;
  /** A provider that asks for more is not waited for. */
  longestRetryDelay: number;
}

export const DEFAULT_PATIENCE: Patience = {
  firstToken: 30_000,
  betweenTokens: 30_000,
  retryDelay: 250,
  longestRetryDelay: 5_000,
};

const MAX_RETRIES = 2;

/** A tool as OpenAI describes it; the other clients understand it too. */
export interface ToolSpec {
  type: "function";
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

export interface ModelStreamOptions {
  tools: readonly ToolSpec[];
  /** The model must answer with text; the tools are told only because earlier calls used them. */
  withoutTools: boolean;
  signal: AbortSignal;
  patience: Patience;
}

/**
 * Streams one model call. A call that was not taken (429, 5xx, no connection) is tried twice more, never one that has
 * begun to answer. Failures are AppErrors; aborting throws the signal's reason.
 */
export async function* streamModel(
  model: ChatModel,
  messages: BaseMessage[],
  options: ModelStreamOptions,
): AsyncGenerator<AIMessageChunk> {
  const { signal, patience } = options;
  for (let retries = 0; ; retries += 1) {
    let begun = false;
    try {
      for await (const chunk of streamOnce(model, messages, options)) {
        begun = true;
        yield chunk;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      const { transient, retryAfterMilliseconds, error: told } = providerFailure(model.provider, error);
      const delay = retryAfterMilliseconds ?? patience.retryDelay * 2 ** retries;
      const mayRetry = transient && !begun && retries < MAX_RETRIES && delay <= patience.longestRetryDelay;
      if (!mayRetry) throw told;
      await sleep(delay, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

async function* streamOnce(
  model: ChatModel,
  messages: BaseMessage[],
  { tools, withoutTools, signal, patience }: ModelStreamOptions,
): AsyncGenerator<AIMessageChunk> {
  signal.throwIfAborted();
  const call = new AbortController();
  const abort = () => call.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const watchdog = createWatchdog(patience, (stalled) => call.abort(stalled));
  const options: BaseChatModelCallOptions & { tools?: ToolSpec[] } = {
    signal: call.signal,
    ...(tools.length > 0 && { tools: [...tools] }),
    ...(tools.length > 0 && withoutTools && { tool_choice: "none" }),
  };
  // Not `stream`: for its tracers it joins all chunks so far with each one, and parses a tool's arguments anew.
  const chunks = model.client._streamResponseChunks(messages, options);
  try {
    for (;;) {
      const next = await chunks.next();
      if (next.done) break;
      watchdog.pause();
      yield next.value.message as AIMessageChunk;
      watchdog.listen();
    }
    call.signal.throwIfAborted();
  } catch (error) {
    call.signal.throwIfAborted();
    throw error;
  } finally {
    watchdog.stop();
    signal.removeEventListener("abort", abort);
    call.abort();
    // Not awaited: a provider that sends nothing more would hold us here.
    chunks.return(undefined).catch(() => undefined);
  }
}

/** Barks when the provider is silent for too long; while we are busy with what it said, nobody listens. */
function createWatchdog({ firstToken, betweenTokens }: Patience, bark: (stalled: ProviderStalled) => void) {
  const first = setTimeout(
    () => bark(new ProviderStalled(`did not begin to answer within ${firstToken / 1000} s`)),
    firstToken,
  );
  let between: NodeJS.Timeout | undefined;
  let listening = false;
  function barkIfListening(): void {
    if (listening) bark(new ProviderStalled(`was silent for ${betweenTokens / 1000} s in mid-answer`));
  }
  return {
    pause() {
      clearTimeout(first);
      listening = false;
    },
    listen() {
      listening = true;
      between = between?.refresh() ?? setTimeout(barkIfListening, betweenTokens);
    },
    stop() {
      clearTimeout(first);
      clearTimeout(between);
    },
  };
}

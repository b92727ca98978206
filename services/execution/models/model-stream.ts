import { setTimeout as sleep } from "node:timers/promises";
import type { BaseChatModelCallOptions } from "@langchain/core/language_models/chat_models";
import type { AIMessageChunk, BaseMessage } from "@langchain/core/messages";
import type { ChatGenerationChunk } from "@langchain/core/outputs";
import { ExponentialBackoff, type IBackoff } from "cockatiel";
import type { ChatModel } from "./model-factory.ts";
import type { JudgedCall } from "./model-guard.ts";
import type { Patience } from "./patience.ts";
import { ProviderFailed, providerFailed } from "./provider-failure.ts";

const MAX_RETRIES = 2;

/** A tool as OpenAI describes it; the other clients understand it too. */
export interface ToolSpec {
  type: "function";
  function: { name: string; description: string; parameters: Record<string, unknown> };
}

export interface ModelStreamOptions {
  maxOutputTokens: number;
  tools: readonly ToolSpec[];
  /** The model must answer with text; the tools are told only because earlier calls used them. */
  withoutTools: boolean;
  signal: AbortSignal;
}

/**
 * Streams one model call. A call that was not taken (429, 5xx, no connection) is tried twice more, never one that has
 * begun to answer. Throws ProviderFailed; aborting throws the signal's reason.
 */
export async function* streamModel(
  model: ChatModel,
  messages: BaseMessage[],
  options: ModelStreamOptions,
): AsyncGenerator<AIMessageChunk> {
  const { signal } = options;
  const delays = createDelays(model.patience);
  for (let retries = 0; ; retries += 1) {
    const call = model.guard.begin();
    let begun = false;
    try {
      for await (const chunk of streamOnce(model, messages, options)) {
        call.begun();
        begun = true;
        yield chunk;
      }
      if (begun) call.completed();
      else call.failed(new ProviderFailed("answered nothing"));
      return;
    } catch (error) {
      const failed = judge(call, error, signal);
      const delay = begun || retries >= MAX_RETRIES ? undefined : delays.next(failed);
      if (delay === undefined) throw failed;
      await sleep(delay, undefined, { signal }).catch(() => signal.throwIfAborted());
      if (model.guard.refusal()) throw failed;
    } finally {
      // Where the reader has enough, so much was answered.
      if (signal.aborted) call.abandoned();
      else call.completed();
    }
  }
}

/** Tells the breaker of a failure; one of our own making says nothing about the provider. */
function judge(call: JudgedCall, error: unknown, signal: AbortSignal): ProviderFailed {
  if (signal.aborted) call.abandoned();
  signal.throwIfAborted();
  const failed = providerFailed(error);
  call.failed(failed);
  return failed;
}

/** How long to wait before a call is tried again; undefined when it is not to be. */
function createDelays({ retryDelay, longestRetryDelay }: Patience) {
  // The library's own retry would sleep through an abort; its jitter keeps runs that failed at once apart.
  const backoff = new ExponentialBackoff({ initialDelay: retryDelay, maxDelay: longestRetryDelay });
  let current: IBackoff<unknown> | undefined;
  return {
    next({ transient, retryAfterMilliseconds }: ProviderFailed): number | undefined {
      current = current ? current.next(undefined) : backoff.next();
      const delay = retryAfterMilliseconds ?? current.duration;
      return transient && delay <= longestRetryDelay ? delay : undefined;
    },
  };
}

async function* streamOnce(
  model: ChatModel,
  messages: BaseMessage[],
  { maxOutputTokens, tools, withoutTools, signal }: ModelStreamOptions,
): AsyncGenerator<AIMessageChunk> {
  signal.throwIfAborted();
  const call = new AbortController();
  const abort = () => call.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const watchdog = createWatchdog(model.patience, (stalled) => call.abort(stalled));
  const options: BaseChatModelCallOptions & { tools?: ToolSpec[] } = {
    signal: call.signal,
    ...(tools.length > 0 && { tools: [...tools] }),
    ...(tools.length > 0 && withoutTools && { tool_choice: "none" }),
  };
  // Not `stream`: for its tracers it joins all chunks so far with each one, and parses a tool's arguments anew.
  const chunks = model.client(maxOutputTokens)._streamResponseChunks(messages, options);
  try {
    for (;;) {
      const next = await chunks.next();
      if (next.done) break;
      watchdog.pause();
      yield messageOf(next.value);
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

/** Some clients tell why a model stops beside the message, where `stream` would look for it. */
function messageOf({ message, generationInfo }: ChatGenerationChunk): AIMessageChunk {
  message.response_metadata = { ...generationInfo, ...message.response_metadata };
  return message as AIMessageChunk;
}

/** Barks when the provider is silent for too long; while we are busy with what it said, nobody listens. */
function createWatchdog({ firstToken, betweenTokens }: Patience, bark: (stalled: ProviderFailed) => void) {
  const first = setTimeout(
    () => bark(new ProviderFailed(`did not begin to answer within ${firstToken / 1000} s`)),
    firstToken,
  );
  let between: NodeJS.Timeout | undefined;
  let listening = false;
  function barkIfListening(): void {
    if (listening) bark(new ProviderFailed(`was silent for ${betweenTokens / 1000} s in mid-answer`));
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

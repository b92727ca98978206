import type { BaseMessage } from "@langchain/core/messages";
import { needsOf } from "../../inference/index.ts";
import type { ModelCall } from "../agent-event.ts";
import type { ModelAnswer } from "../models/answer-reader.ts";
import { reasonToSkip, type CallNeeds, type ChainLink } from "../models/model-chain.ts";
import { ProviderFailed } from "../models/provider-failure.ts";
import { providersExhausted, type ModelMiss } from "../models/providers-exhausted.ts";
import type { ToolSpec } from "../models/model-stream.ts";
import type { Execution } from "./execution.ts";
import { tryModel } from "./try-model.ts";

export interface ModelCallInput {
  messages: BaseMessage[];
  /** Our count of what goes in. */
  inputTokens: number;
  tools: readonly ToolSpec[];
  withoutTools: boolean;
  usedToolCallIds: ReadonlySet<string>;
}

/**
 * Gets one answer from the models of the run: each that can serve is asked in turn until one has answered. Throws
 * PROVIDERS_EXHAUSTED when none has.
 */
export async function callModel(execution: Execution, input: ModelCallInput): Promise<ModelAnswer> {
  const { chain } = execution;
  const misses: ModelMiss[] = [];
  let hasStarted = false;
  for (const link of chain.inOrder()) {
    const { ref, model } = link;
    const skipped = reasonToSkip(link, needsOfCall(execution, input, link));
    if (skipped) misses.push(skipped);
    if (skipped || !model) continue;
    const announce = () => {
      const told = { switched: chain.tell(link), replaces: hasStarted };
      hasStarted = true;
      return told;
    };
    try {
      const call = callOf(execution, input, link);
      return await tryModel(execution, { model, call, input, announce });
    } catch (error) {
      if (!(error instanceof ProviderFailed)) throw error;
      const { message: what, retryAfterMilliseconds } = error;
      misses.push({ ref, what, retryAfterMilliseconds });
      chain.hasFailed(link);
    }
  }
  throw providersExhausted(misses);
}

function needsOfCall({ agent, request }: Execution, input: ModelCallInput, link: ChainLink): CallNeeds {
  const { inputTokens } = input;
  return { capabilities: needsOf(agent), inputTokens, maxOutputTokens: outputLimit(request, link) };
}

function callOf(execution: Execution, { inputTokens }: ModelCallInput, link: ChainLink): ModelCall {
  const { request, nextCallId } = execution;
  return { callId: nextCallId(), model: link.ref, inputTokens, maxOutputTokens: outputLimit(request, link) };
}

/** The run's limit is that of its first model; another one may write less. */
const outputLimit = ({ maxOutputTokens }: Execution["request"], { model }: ChainLink): number =>
  Math.min(maxOutputTokens, model?.info.maxOutputTokens ?? maxOutputTokens);

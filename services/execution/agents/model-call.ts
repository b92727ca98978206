import type { BaseMessage } from "@langchain/core/messages";
import { needsOf } from "../../inference/index.ts";
import type { ModelCall } from "../agent-event.ts";
import { reasonToSkip, type CallNeeds, type ChainLink } from "../models/model-chain.ts";
import { ProviderFailed } from "../models/provider-failure.ts";
import { providersExhausted, type ModelMiss } from "../models/providers-exhausted.ts";
import type { ToolSpec } from "../models/model-stream.ts";
import type { TextDeltas } from "../models/text-deltas.ts";
import { tokensOf } from "./conversation.ts";
import type { Execution } from "./execution.ts";
import { findKept, keepAnswer, questionOf, tellKept } from "./kept-answer.ts";
import { tryModel, type CallAnswer, type Try } from "./try-model.ts";

export interface ModelCallInput {
  messages: BaseMessage[];
  /** Our count of what goes in. */
  inputTokens: number;
  tools: readonly ToolSpec[];
  withoutTools: boolean;
  usedToolCallIds: ReadonlySet<string>;
  /** Puts back into the answer what was kept from the provider. */
  restorer?: () => TextDeltas;
}

/**
 * Gets one answer from the models of the run: each that can serve is asked in turn until one has answered. Throws
 * PROVIDERS_EXHAUSTED when none has.
 */
export async function callModel(execution: Execution, input: ModelCallInput): Promise<CallAnswer> {
  const { chain } = execution;
  const misses: ModelMiss[] = [];
  let hasStarted = false;
  const queue = chain.inOrder().map((link) => ({ link, mayWait: false }));
  for (let turn = queue.shift(); turn; turn = queue.shift()) {
    const { link } = turn;
    const announce = () => {
      const told = { switched: chain.tell(link), replaces: hasStarted };
      hasStarted = true;
      return told;
    };
    const mayWait = turn.mayWait || queue.length === 0;
    const asked = await askModel(execution, input, { link, mayWait, announce });
    if (asked === BUSY) queue.push({ link, mayWait: true });
    else if ("what" in asked) misses.push(asked);
    else return asked;
  }
  throw providersExhausted(misses);
}

/** Another model may have room; this one is waited for when none has. */
const BUSY = "busy";

interface Turn {
  link: ChainLink;
  mayWait: boolean;
  announce: Try["announce"];
}

/** One model's answer, a kept one or its own, or why there is none. */
async function askModel(
  execution: Execution,
  input: ModelCallInput,
  { link, mayWait, announce }: Turn,
): Promise<CallAnswer | ModelMiss | typeof BUSY> {
  const { ref, model } = link;
  const question = questionOf(execution, input, link);
  const kept = await findKept(execution, question);
  if (kept !== undefined) return tellKept(execution, link, kept, announce);
  const given = maskedFor(execution, input, link);
  const skipped = reasonToSkip(link, needsOfCall(execution, given, link));
  if (skipped || !model) return skipped ?? { ref, what: "is not configured" };
  if (!mayWait && !model.slots.hasFree()) return BUSY;
  try {
    const call = callOf(execution, given, link);
    const answer = await tryModel(execution, { model, call, input: given, announce });
    await keepAnswer(execution, question, answer);
    return answer;
  } catch (error) {
    if (!(error instanceof ProviderFailed)) throw error;
    execution.chain.hasFailed(link);
    return { ref, what: error.message, retryAfterMilliseconds: error.retryAfterMilliseconds };
  }
}

/** What the model gets, counted as it gets it. */
function maskedFor(
  { agent, masking }: Execution,
  input: ModelCallInput,
  { model }: ChainLink,
): ModelCallInput {
  if (!agent.masksPii && !model?.masksPii) return input;
  const messages = masking.messages(input.messages);
  const inputTokens = input.inputTokens - tokensOf(input.messages) + tokensOf(messages);
  return { ...input, messages, inputTokens, restorer: masking.unmasker };
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

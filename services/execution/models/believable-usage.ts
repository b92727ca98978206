import type { UsageMetadata } from "@langchain/core/messages";
import type { CallUsage, ModelCall } from "../agent-event.ts";

/** A provider's tokenizer may need so many times our tokens, or so few. */
const TOKENIZER_FACTOR = 4;
/** What a provider adds to a call that we do not see: templates, tools, safety prompts. */
const HIDDEN_INPUT = 1024;
const HIDDEN_OUTPUT = 256;

/** How far past its limit a model may write before we stop it; some count the last chunk late. */
export const hardOutputLimit = (maxOutputTokens: number): number => Math.floor(maxOutputTokens * 1.25) + 64;

/**
 * The provider's counts where they can be true, else ours. They can be true when both are whole numbers within a
 * tokenizer's factor of ours, and the output is within the limit that we enforce. Thinking that was reported is
 * output that we did not see.
 */
export function settleUsage(call: ModelCall, ourOutput: number, told: UsageMetadata | undefined): CallUsage {
  if (told && isBelievable(call, ourOutput, told)) {
    const { input_tokens: inputTokens, output_tokens: outputTokens } = told;
    const cached = countWithin(told.input_token_details?.cache_read, inputTokens);
    const reasoning = countWithin(told.output_token_details?.reasoning, outputTokens);
    return {
      inputTokens,
      outputTokens,
      reported: true,
      ...(cached > 0 && { cachedInputTokens: cached }),
      ...(reasoning > 0 && { reasoningTokens: reasoning }),
    };
  }
  return { inputTokens: call.inputTokens, outputTokens: ourOutput, reported: false };
}

function isBelievable(call: ModelCall, ourOutput: number, told: UsageMetadata): boolean {
  const { input_tokens: input, output_tokens: output, output_token_details: details } = told;
  const thinking = details?.reasoning ?? 0;
  if (![input, output, thinking].every((n) => Number.isSafeInteger(n) && n >= 0)) return false;
  const said = output - thinking;
  return (
    isNear(input, call.inputTokens, HIDDEN_INPUT) &&
    isNear(said, ourOutput, HIDDEN_OUTPUT) &&
    output <= hardOutputLimit(call.maxOutputTokens)
  );
}

/** A share that is more than the whole, or no count at all, is none. */
const countWithin = (told: number | undefined, whole: number): number =>
  told !== undefined && Number.isSafeInteger(told) && told > 0 && told <= whole ? told : 0;

function isNear(told: number, ours: number, hidden: number): boolean {
  return told * TOKENIZER_FACTOR >= ours && told <= ours * TOKENIZER_FACTOR + hidden;
}

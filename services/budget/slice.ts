import type { PriceTable } from "./price-table.ts";

/** What a run holds at a time, in money and in tokens. */
export interface Slice {
  micros: number;
  tokens: number;
}

/** A call that is about to begin, or under way. */
export interface CallToHold {
  model: string;
  /** Our count of what goes in. */
  inputTokens: number;
  /** Our count of what has come out so far. */
  outputTokens: number;
  /** Most that may come out. */
  maxOutputTokens: number;
}

/** How much output is paid for in advance. */
const SLICE_TOKENS = 256;

/**
 * What the call read and wrote so far and a little more, but no more than its limit. A model that writes on past its
 * limit is held for all the same: it is stopped a while later.
 */
export function sliceOf(prices: PriceTable, call: CallToHold): Slice {
  const { model, inputTokens, outputTokens, maxOutputTokens } = call;
  const ahead = outputTokens + SLICE_TOKENS;
  const covered = outputTokens < maxOutputTokens ? Math.min(ahead, maxOutputTokens) : ahead;
  return {
    micros: prices.costOf(model, { inputTokens, outputTokens: covered }),
    tokens: inputTokens + covered,
  };
}

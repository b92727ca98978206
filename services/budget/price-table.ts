import { AppError } from "../platform/errors/app-error.ts";

/** What a model costs, in micro-units of the currency per million tokens. */
export interface Price {
  model: string;
  input: number;
  output: number;
}

export interface PriceTable {
  /** Names this list of prices on every booking. */
  version: string;
  /** In micro-units, rounded up. Throws PRICE_UNKNOWN: an unknown price is not free. */
  costOf(model: string, tokens: { inputTokens: number; outputTokens: number }): number;
}

export function createPriceTable(prices: readonly Price[], version: string): PriceTable {
  const byModel = new Map(prices.map((price) => [price.model, price]));
  return {
    version,
    costOf(model, { inputTokens, outputTokens }) {
      const price = byModel.get(model);
      if (!price) {
        throw new AppError("PRICE_UNKNOWN", `the model ${model} has no price; an operator must set one`, {
          metadata: { model },
        });
      }
      return Math.ceil((inputTokens * price.input + outputTokens * price.output) / 1_000_000);
    },
  };
}

import { createHash } from "node:crypto";
import { AppError } from "../platform/errors/app-error.ts";

/** What a model costs, in micro-units of the currency per million tokens. */
export interface Price {
  model: string;
  input: number;
  /** Of input tokens that the provider had in its cache; without it they cost as much as others. */
  cached_input?: number | undefined;
  output: number;
}

export interface TokensToPrice {
  inputTokens: number;
  /** How many of the input tokens the provider had in its cache. */
  cachedInputTokens?: number | undefined;
  outputTokens: number;
}

export interface PriceTable {
  /** Names this list of prices on every booking. */
  version: string;
  /** In whole micro-units, each call rounded up once. Throws PRICE_UNKNOWN: an unknown price is not free. */
  costOf(model: string, tokens: TokensToPrice): number;
}

export function createPriceTable(prices: readonly Price[]): PriceTable {
  const byModel = new Map(prices.map((price) => [price.model, price]));
  return {
    version: versionOf(prices),
    costOf(model, { inputTokens, cachedInputTokens = 0, outputTokens }) {
      const price = byModel.get(model);
      if (!price) {
        throw new AppError("PRICE_UNKNOWN", `the model ${model} has no price; an operator must set one`, {
          metadata: { model },
        });
      }
      const cached = Math.min(cachedInputTokens, inputTokens);
      const input = (inputTokens - cached) * price.input + cached * (price.cached_input ?? price.input);
      return Math.ceil((input + outputTokens * price.output) / 1_000_000);
    },
  };
}

/** The same prices have the same version, in any order and after any restart. */
function versionOf(prices: readonly Price[]): string {
  const lines = prices.map(({ model, input, output, cached_input: cached }) =>
    [model, input, output, ...(cached === undefined ? [] : [cached])].join(" "),
  );
  return createHash("sha256").update(lines.toSorted().join("\n")).digest("hex").slice(0, 12);
}

import { createHash } from "node:crypto";
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

export function createPriceTable(prices: readonly Price[]): PriceTable {
  const byModel = new Map(prices.map((price) => [price.model, price]));
  return {
    version: versionOf(prices),
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

/** The same prices have the same version, in any order and after any restart. */
function versionOf(prices: readonly Price[]): string {
  const lines = prices.map(({ model, input, output }) => `${model} ${input} ${output}`);
  return createHash("sha256").update(lines.toSorted().join("\n")).digest("hex").slice(0, 12);
}

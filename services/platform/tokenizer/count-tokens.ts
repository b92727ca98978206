import { countTokens as count } from "gpt-tokenizer/encoding/o200k_base";

/** The tokenizer that we count with. Providers count a little differently, so our counts are estimates. */
export const TOKENIZER = "o200k_base";

/** How many tokens a text has. Special tokens in the text count as plain text. */
export function countTokens(text: string): number {
  return count(text, { disallowedSpecial: new Set() });
}

import { countTokens as count } from "gpt-tokenizer/encoding/o200k_base";

/** Tokenizing a text without spaces takes time that grows with its square; pieces of this size keep it linear. */
const LONGEST_PIECE = 1024;

/**
 * How many tokens a text has; a little too many where a long word has to be cut. Takes linear time for any text.
 * Special tokens in the text count as plain text.
 */
export function countTokens(text: string): number {
  let tokens = 0;
  for (let start = 0; start < text.length;) {
    const end = endOfPiece(text, start);
    tokens += count(text.slice(start, end), { disallowedSpecial: new Set() });
    start = end;
  }
  return tokens;
}

function endOfPiece(text: string, start: number): number {
  const end = start + LONGEST_PIECE;
  if (end >= text.length) return text.length;
  const space = text.lastIndexOf(" ", end);
  return space > start ? space : end;
}

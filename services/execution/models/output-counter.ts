import { countTokens } from "../../platform/tokenizer/count-tokens.ts";

/** A word longer than this is counted as it stands. */
const LONGEST_WORD = 64;

export interface OutputCounter {
  /** Takes the next piece of text; returns how many tokens the text has so far, never less than before. */
  add(text: string): number;
  readonly tokens: number;
}

/**
 * Counts a text while it streams, about as high as it would be counted in one piece, however small the pieces are:
 * only the last word is counted again.
 */
export function createOutputCounter(): OutputCounter {
  let settled = 0;
  let word = "";
  let wordTokens = 0;
  let tokens = 0;

  /** Takes text that begins at a new word: the word before is done, and has been counted. */
  function settleWord(): void {
    settled += wordTokens;
    word = "";
    wordTokens = 0;
  }

  return {
    add(text) {
      const beginsWord = isSpace(text.charCodeAt(0));
      if (beginsWord || word.length > LONGEST_WORD) settleWord();
      word += text;
      const cut = startOfLastWord(word);
      settled += cut > 0 ? countTokens(word.slice(0, cut)) : 0;
      word = word.slice(cut);
      wordTokens = countTokens(word);
      tokens = Math.max(tokens, settled + wordTokens);
      return tokens;
    },
    get tokens() {
      return tokens;
    },
  };
}

/** Where the last word begins, its leading spaces included: 0 when there is only one. */
function startOfLastWord(text: string): number {
  let start = text.length;
  while (start > 0 && !isSpace(text.charCodeAt(start - 1))) start -= 1;
  while (start > 0 && isSpace(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);

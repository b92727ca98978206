import { countTokens } from "../../platform/tokenizer/count-tokens.ts";

/** Tokenizing a text without spaces takes time that grows with its square; pieces of this size keep it linear. */
const LONGEST_PIECE = 1024;
/** A word longer than this is counted as it stands. */
const LONGEST_WORD = 64;

/** Counts a text of any size and kind in linear time; a little too high where it has to cut a word. */
export function countLongText(text: string): number {
  let tokens = 0;
  for (let start = 0; start < text.length;) {
    const end = endOfPiece(text, start);
    tokens += countTokens(text.slice(start, end));
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
  let tokens = 0;
  return {
    add(text) {
      word += text;
      const cut = startOfLastWord(word);
      if (cut > 0) {
        settled += countLongText(word.slice(0, cut));
        word = word.slice(cut);
      }
      let open = countLongText(word);
      if (word.length > LONGEST_WORD) {
        settled += open;
        open = 0;
        word = "";
      }
      tokens = Math.max(tokens, settled + open);
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

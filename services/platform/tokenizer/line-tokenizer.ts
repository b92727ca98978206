import { countTokens } from "gpt-tokenizer/encoding/o200k_base";

export const TOKENIZER_NAMES = ["o200k_base", "cl100k_base"] as const;
export type TokenizerName = (typeof TOKENIZER_NAMES)[number];

/** Counts texts that are made of lines; exactly, and quickly when they have words in common. */
export interface LineTokenizer {
  readonly name: TokenizerName;
  /** How many tokens a line has with the line feed that ends it. It neither begins with a space nor with a slash. */
  ofLine(line: string): number;
}

type Count = (text: string) => number;
const AS_TEXT = { disallowedSpecial: new Set<string>() };

const LOAD: Record<TokenizerName, () => Promise<Count>> = {
  o200k_base: async () => (text) => countTokens(text, AS_TEXT),
  async cl100k_base() {
    // Its table is 20 MB in memory, and hardly anybody asks for it.
    const encoding = await import("gpt-tokenizer/encoding/cl100k_base");
    return (text) => encoding.countTokens(text, AS_TEXT);
  },
};

const loaded = new Map<TokenizerName, Promise<LineTokenizer>>();

export function lineTokenizer(name: TokenizerName): Promise<LineTokenizer> {
  let tokenizer = loaded.get(name);
  if (!tokenizer) {
    tokenizer = LOAD[name]().then((count) => createLineTokenizer(name, count));
    loaded.set(name, tokenizer);
  }
  return tokenizer;
}

const KNOWN_WORDS = 50_000;
const LONGEST_KNOWN = 200;

/**
 * Both encodings cut a text before they merge bytes: at every single space between words, which goes to the word after
 * it, and after a line feed that neither white space nor a slash follows. So the parts can be counted one by one.
 */
export function createLineTokenizer(name: TokenizerName, count: Count): LineTokenizer {
  const known = new Map<string, number>();
  const ofWord = (word: string): number => {
    const tokens = known.get(word);
    if (tokens !== undefined) return tokens;
    if (known.size >= KNOWN_WORDS) known.clear();
    const counted = count(word);
    if (word.length <= LONGEST_KNOWN) known.set(word, counted);
    return counted;
  };
  return {
    name,
    ofLine(line) {
      if (UNUSUAL_SPACE.test(line)) return count(`${line}\n`);
      let tokens = 0;
      let start = 0;
      for (let end = line.indexOf(" ", 1); end !== -1; end = line.indexOf(" ", end + 1)) {
        tokens += ofWord(line.slice(start, end));
        start = end;
      }
      return tokens + ofWord(`${line.slice(start)}\n`);
    },
  };
}

/** Anything but single spaces between words. */
const UNUSUAL_SPACE = /\s\s|[^\S ]|^\s|\s$/;

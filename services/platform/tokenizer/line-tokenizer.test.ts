import * as fc from "fast-check";
import { encode as cl100k } from "gpt-tokenizer/encoding/cl100k_base";
import { encode as o200k } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, it } from "vitest";
import { lineTokenizer, TOKENIZER_NAMES } from "./line-tokenizer.ts";

const ENCODE = { o200k_base: o200k, cl100k_base: cl100k };
const AS_TEXT = { disallowedSpecial: new Set<string>() };

const words = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom(
    ">4,5",
    '"',
    "'s",
    "'LL",
    "+1",
    "in",
    "3:",
    "…",
    "/",
    "//",
    "<|endoftext|>",
    "\r",
    "\t",
    " ",
    "\u2028",
  ),
  fc.constantFrom(
    "Activity_0x1abc9",
    "id-9a8ff2a0-11bb",
    "userTask",
    "12345",
    "日本語",
    "🏦🏦",
    "İ",
    "e\u0301",
  ),
);
// As the text of a projection: no line feed within, neither a space nor a slash first.
const lines = fc
  .array(words, { maxLength: 12 })
  .map((parts) => parts.join(" ").replaceAll("\n", " "))
  .filter((line) => !/^[\s/]/.test(line) && line !== "");

describe.each(TOKENIZER_NAMES)("the lines of a text, counted one by one with %s,", (name) => {
  it("have as many tokens together as the text has", async () => {
    const tokenizer = await lineTokenizer(name);
    fc.assert(
      fc.property(fc.array(lines, { minLength: 1, maxLength: 8 }), (text) => {
        const sum = text.reduce((tokens, line) => tokens + tokenizer.ofLine(line), 0);
        expect(sum).toBe(ENCODE[name](`${text.join("\n")}\n`, AS_TEXT).length);
      }),
      { numRuns: 2000 },
    );
  });
});

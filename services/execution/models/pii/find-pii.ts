import { isIPv4, isIPv6 } from "node:net";

export type PiiKind = "EMAIL" | "IBAN" | "CARD" | "PHONE" | "IP" | "SSN" | "TEXT";

/** Where something personal stands in a text. */
export interface PiiMatch {
  kind: PiiKind;
  start: number;
  end: number;
}

interface Rule {
  kind: PiiKind;
  pattern: RegExp;
  /** Looks at what the pattern cannot tell. */
  isOne?: (text: string) => boolean;
}

/**
 * In order: where two find the same text, the first one names it. Placeholders can be taken back, so a number that
 * was taken for a phone costs the model some meaning and nobody else anything; what is missed is sent.
 */
const RULES: readonly Rule[] = [
  // What looks like one of our placeholders is kept apart from them.
  { kind: "TEXT", pattern: /\[[A-Z]+_\d+\]/g },
  { kind: "EMAIL", pattern: /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu },
  {
    kind: "IBAN",
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b/gi,
    isOne: (text) => isIban(text.replaceAll(" ", "").toUpperCase()),
  },
  {
    kind: "CARD",
    pattern: /(?<!\d)(?:\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{5}|\d{13,19})(?!\d)/g,
    isOne: (text) => passesLuhn(text.replaceAll(/[ -]/g, "")),
  },
  { kind: "SSN", pattern: /(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g },
  { kind: "IP", pattern: /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g, isOne: isIPv4 },
  { kind: "IP", pattern: /(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi, isOne: isIPv6Address },
  // International, with an area code in brackets, or national with separators.
  { kind: "PHONE", pattern: /(?<![\w+])(?:\+|00)[1-9](?:[ ()./-]{0,2}\d){6,14}(?!\d)/g },
  { kind: "PHONE", pattern: /(?<![\w(])\(0?\d{2,5}\)(?:[ ./-]?\d){5,10}(?!\d)/g },
  { kind: "PHONE", pattern: /(?<![\d.,:/-])0\d{1,5}[ /-](?:[ /-]?\d){5,10}(?![\d.,:/-]*\d)/g },
  { kind: "PHONE", pattern: /(?<![\d.,:/-])[2-9]\d{2}[ .-]\d{3}[ .-]\d{4}(?![\d.,:/-]*\d)/g },
];

/** Everything personal that is found, in the order of the text; nothing overlaps. */
export function findPii(text: string): PiiMatch[] {
  const found: PiiMatch[] = [];
  let rest = text;
  for (const rule of RULES) {
    const matches = [...matchesOf(rule, rest)];
    rest = without(rest, matches);
    found.push(...matches);
  }
  return found.toSorted((a, b) => a.start - b.start);
}

/** Stands for what an earlier rule has found: of no rule's letters. */
const FOUND = "\0";

function without(text: string, matches: readonly PiiMatch[]): string {
  if (matches.length === 0) return text;
  let end = 0;
  const kept = matches.map((match) => {
    const before = text.slice(end, match.start);
    end = match.end;
    return before + FOUND.repeat(match.end - match.start);
  });
  return kept.join("") + text.slice(end);
}

function* matchesOf({ kind, pattern, isOne }: Rule, text: string): Iterable<PiiMatch> {
  const { source, flags } = pattern;
  const search = new RegExp(source, flags);
  for (let match = search.exec(text); match; match = search.exec(text)) {
    const { 0: value, index: start } = match;
    if (isOne?.(value) ?? true) yield { kind, start, end: start + value.length };
    // What failed its check may hide the beginning of what passes.
    else search.lastIndex = start + 1;
  }
}

/** A time of day is no address. */
function isIPv6Address(text: string): boolean {
  return isIPv6(text) && /[a-f]|::|(?::.*){6}/i.test(text) && text !== "::";
}

/** The check of ISO 13616: modulo 97 over the digits, letters counted from 10. */
function isIban(text: string): boolean {
  if (text.length < 15 || text.length > 34) return false;
  const moved = text.slice(4) + text.slice(0, 4);
  let rest = 0;
  for (const character of moved) rest = Number(`${rest}${parseInt(character, 36)}`) % 97;
  return rest === 1;
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (const [i, digit] of [...digits].toReversed().entries()) {
    const doubled = Number(digit) * (i % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  // A row of zeros passes, and is nobody's.
  return sum % 10 === 0 && sum > 0;
}

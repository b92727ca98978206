import { UnreadableModel, type Problem } from "../problem.ts";
import type { JsonDocument, JsonEntry, JsonMember, JsonNode } from "./json-tree.ts";

export interface JsonLimits {
  readonly bytes: number;
  readonly depth: number;
  /** Objects, arrays, strings, numbers and so on, all together. */
  readonly values: number;
  /** Characters of one string or number. */
  readonly scalar: number;
}

export const JSON_LIMITS: JsonLimits = {
  bytes: 64 * 1024 * 1024,
  depth: 100,
  values: 2_000_000,
  scalar: 1024 * 1024,
};

export interface ReadJson {
  readonly document: JsonDocument;
  readonly problems: readonly Problem[];
  /** Where an offset is in the file, from 1. */
  readonly place: (offset: number) => { line: number; column: number };
}

/** Reads JSON as RFC 8259 has it, nothing more. Throws UnreadableModel. */
export function readJson(file: Uint8Array, limits: JsonLimits = JSON_LIMITS): ReadJson {
  if (file.byteLength > limits.bytes)
    throw new UnreadableModel({
      code: "FILE_TOO_LARGE",
      message: `the file has ${file.byteLength} bytes, the limit is ${limits.bytes}: split the model`,
    });
  const text = decoded(file);
  const byteOrderMark = text.startsWith("\uFEFF");
  const reader = new Reader(byteOrderMark ? text.slice(1) : text, limits);
  const { before, root, after } = reader.document();
  return {
    document: { byteOrderMark, before, root, after },
    problems: reader.problems,
    place: (offset) => reader.place(offset),
  };
}

function decoded(file: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(file);
  } catch {
    throw new UnreadableModel({
      code: "INVALID_ENCODING",
      message: "the file is not UTF-8: save it as UTF-8 and try again",
    });
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORDS = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
]);
const [QUOTE, BACKSLASH, SPACE] = [0x22, 0x5c, 0x20];

class Reader {
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #limits: JsonLimits;
  #at = 0;
  #depth = 0;
  #values = 0;
  #lines: number[] | undefined;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  document(): Omit<JsonDocument, "byteOrderMark"> {
    const before = this.#space();
    const root = this.#node();
    const after = this.#space();
    if (this.#at < this.#text.length) this.#fail("INVALID_JSON", "there is more after the end of the model");
    return { before, root, after };
  }

  place(offset: number): { line: number; column: number } {
    this.#lines ??= lineStarts(this.#text);
    let [low, high] = [0, this.#lines.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#lines[low] as number) + 1 };
  }

  #node(): JsonNode {
    if (++this.#values > this.#limits.values)
      this.#fail("TOO_MANY_VALUES", `there are more than ${this.#limits.values} values: split the model`);
    const offset = this.#at;
    switch (this.#text[offset]) {
      case "{":
        return { kind: "object", ...this.#list("}", () => this.#member()), offset };
      case "[":
        return { kind: "array", ...this.#list("]", () => this.#entry()), offset };
      case '"':
        return { kind: "scalar", ...this.#string(), offset };
      default:
        return { kind: "scalar", ...this.#word(), offset };
    }
  }

  #list<E extends JsonEntry>(close: string, entry: () => E): { entries: E[]; inner: string } {
    if (++this.#depth > this.#limits.depth)
      this.#fail("TOO_DEEP", `it is nested more than ${this.#limits.depth} deep`);
    this.#at++;
    const start = this.#at;
    const inner = this.#space();
    const entries: E[] = [];
    if (this.#text[this.#at] !== close) {
      this.#at = start;
      entries.push(entry());
      while (this.#text[this.#at] === ",") {
        this.#at++;
        entries.push(entry());
      }
      if (this.#text[this.#at] !== close) this.#fail("INVALID_JSON", `a comma or "${close}" is missing`);
    }
    this.#at++;
    this.#depth--;
    if (close === "}") this.#reportKeys(entries as unknown as JsonMember[]);
    return { entries, inner: entries.length === 0 ? inner : "" };
  }

  #entry(): JsonEntry {
    return { before: this.#space(), value: this.#node(), after: this.#space() };
  }

  #member(): JsonMember {
    const before = this.#space();
    if (this.#text[this.#at] !== '"') this.#fail("INVALID_JSON", "a key in double quotes is missing");
    const { raw: rawKey, value: key } = this.#string();
    const start = this.#at;
    this.#space();
    if (this.#text[this.#at] !== ":")
      this.#fail("INVALID_JSON", `a colon is missing after ${rawKey.slice(0, 80)}`);
    this.#at++;
    this.#space();
    const colon = this.#text.slice(start, this.#at);
    return { before, rawKey, key, colon, value: this.#node(), after: this.#space() };
  }

  #string(): { raw: string; value: string } {
    const start = this.#at;
    let at = start + 1;
    for (;;) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) break;
      if (!(code >= SPACE))
        this.#fail("INVALID_JSON", "a string does not end, or has a control character in it");
      at += code === BACKSLASH ? 2 : 1;
      if (at - start > this.#limits.scalar) this.#tooLong();
    }
    const raw = this.#text.slice(start, at + 1);
    const value = raw.includes("\\") ? this.#unescaped(raw) : raw.slice(1, -1);
    this.#at = at + 1;
    return { raw, value: value.isWellFormed() ? value : value.toWellFormed() };
  }

  #unescaped(raw: string): string {
    try {
      return JSON.parse(raw) as string;
    } catch {
      return this.#fail("INVALID_JSON", "a string has an unknown escape in it");
    }
  }

  #word(): { raw: string; value: number | boolean | null } {
    NUMBER.lastIndex = this.#at;
    const raw = NUMBER.exec(this.#text)?.[0];
    if (raw !== undefined) {
      if (raw.length > this.#limits.scalar) this.#tooLong();
      this.#at += raw.length;
      return { raw, value: Number(raw) };
    }
    for (const [word, value] of WORDS)
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return { raw: word, value };
      }
    return this.#fail(
      "INVALID_JSON",
      this.#at < this.#text.length ? "this is no JSON value" : "the file ends too early",
    );
  }

  #space(): string {
    const start = this.#at;
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #reportKeys(members: readonly JsonMember[]): void {
    const seen = new Set<string>();
    for (const { key, value } of members) {
      const place = () => this.place(value.offset);
      if (seen.has(key))
        this.problems.push({
          severity: "warning",
          code: "DUPLICATE_KEY",
          message: `the key "${key.slice(0, 80)}" is there twice: the last one counts`,
          ...place(),
        });
      if (key === "__proto__")
        this.problems.push({
          severity: "warning",
          code: "UNSAFE_KEY",
          message: 'the key "__proto__" is not read; it stays in the file',
          ...place(),
        });
      seen.add(key);
    }
  }

  #tooLong(): never {
    return this.#fail("TEXT_TOO_LONG", `a string or number has more than ${this.#limits.scalar} characters`);
  }

  #fail(code: string, message: string): never {
    const { line, column } = this.place(this.#at);
    throw new UnreadableModel({ code, message: `line ${line}: ${message}`, line, column });
  }
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

import { UnreadableModel } from "../problem.ts";

const GREATER = 0x3e;
const WHITE = /[\t\n\r ]*/y;

/**
 * Follows what stands before the root element and refuses a DOCTYPE there before any parser sees it. Text is held
 * back until the root begins.
 */
export class PrologGuard {
  #held = "";
  #at = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The text that may be parsed now; undefined while the root has not begun. `rest` is what follows in the file. */
  push(text: string, rest: Uint8Array): string | undefined {
    this.#held += text;
    if (this.#reachesRoot()) return this.take();
    // All that stands before a root ends with a >.
    const neverEnds = rest.length > 0 && !rest.includes(GREATER);
    if (neverEnds || this.#held.length > this.#limit) throw tooLong(this.#limit);
    return undefined;
  }

  /** All that is held, for the parser to say what is wrong with it. */
  take(): string {
    const held = this.#held;
    this.#held = "";
    return held;
  }

  #reachesRoot(): boolean {
    const held = this.#held;
    if (this.#at === 0 && held.charCodeAt(0) === 0xfeff) this.#at = 1;
    for (;;) {
      WHITE.lastIndex = this.#at;
      WHITE.exec(held);
      this.#at = WHITE.lastIndex;
      if (held.startsWith("<?", this.#at)) {
        if (!this.#skipTo("?>", 2)) return false;
      } else if (held.startsWith("<!--", this.#at)) {
        if (!this.#skipTo("-->", 4)) return false;
      } else if (/^<!-?$/.test(held.slice(this.#at)) || held.length - this.#at < 2) {
        return false;
      } else if (held.startsWith("<!", this.#at)) {
        throw doctype(held.slice(0, this.#at));
      } else {
        return true;
      }
    }
  }

  /** False: the end is not there yet. */
  #skipTo(end: string, opening: number): boolean {
    const at = this.#held.indexOf(end, this.#at + opening);
    if (at === -1) return false;
    this.#at = at + end.length;
    return true;
  }
}

function doctype(before: string): UnreadableModel {
  return new UnreadableModel({
    code: "XML_DOCTYPE",
    message:
      "The file has a document type declaration (<!DOCTYPE …>). Those can hide attacks and no model needs one: remove it and import the file again.",
    line: before.split("\n").length,
    column: before.length - before.lastIndexOf("\n"),
  });
}

const tooLong = (limit: number): UnreadableModel =>
  new UnreadableModel({
    code: "XML_TEXT_TOO_LONG",
    message: `More than ${limit} characters stand before the first element, or a comment there never ends. Remove the long comment or instruction.`,
    line: 1,
    column: 1,
  });

import type { XmlElement, XmlNode, XmlOrigin } from "./xml-tree.ts";
import { decodeXml } from "./decode-xml.ts";

/** How an element stands in its file: places in the text. */
export interface WrittenElement {
  readonly element: XmlElement;
  readonly from: number;
  /** The > or /> of the start tag, with the white space before it. */
  readonly closing: number;
  readonly inside: number;
  /** The end tag; where the start tag ends if that is all there is. */
  readonly endTag: number;
  readonly to: number;
}

/** Where everything of a tree stands in the text that it was read from. */
export interface WrittenForm {
  readonly text: string;
  readonly root: WrittenElement;
  readonly elements: ReadonlyMap<string, WrittenElement>;
  /** Texts, comments and instructions: from and to. */
  readonly others: ReadonlyMap<XmlNode, readonly [number, number]>;
}

/** An element keeps its place in the file when it is copied and changed. */
export const placeOf = ({ line, column }: XmlElement): string => `${line}:${column}`;

/** Undefined where text and tree do not go together: then it is not for us to say how things were written. */
export function writtenForm({ file, tree }: XmlOrigin): WrittenForm | undefined {
  const text = Array.from(decodeXml(file), (chunk) => chunk.text).join("");
  const reader = new FormReader(text);
  for (const node of tree.prolog) if (reader.other(node) === undefined) return undefined;
  const root = reader.element(tree.root);
  return root && { text, root, elements: reader.elements, others: reader.others };
}

const ENDS = { comment: "-->", instruction: "?>" } as const;
const CDATA = "<![CDATA[";

class FormReader {
  readonly elements = new Map<string, WrittenElement>();
  readonly others = new Map<XmlNode, readonly [number, number]>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    const declaration = /^\uFEFF?\s*<\?xml(?=[\s?])[^?<]*\?>/i.exec(text);
    this.#at = declaration?.[0].length ?? 0;
  }

  /** From the next place on where it could begin. Undefined: it does not. */
  element(element: XmlElement): WrittenElement | undefined {
    const from = this.#text.indexOf("<", this.#at);
    if (from === -1 || !this.#text.startsWith(element.name, from + 1)) return undefined;
    const inside = this.#endOfTag(from + 1 + element.name.length);
    if (inside === -1) return undefined;
    let closing = inside - 1;
    const isEmpty = this.#text[closing - 1] === "/";
    if (isEmpty) closing--;
    while (/\s/.test(this.#text[closing - 1] ?? "")) closing--;
    this.#at = inside;
    if (isEmpty) return this.#add({ element, from, closing, inside, endTag: inside, to: inside });
    for (const child of element.children) {
      const found = child.kind === "element" ? this.element(child) : this.other(child);
      if (found === undefined) return undefined;
    }
    const endTag = this.#text.indexOf("</", this.#at);
    const to = this.#text.indexOf(">", endTag) + 1;
    if (endTag === -1 || to === 0 || !this.#text.startsWith(element.name, endTag + 2)) return undefined;
    this.#at = to;
    return this.#add({ element, from, closing, inside, endTag, to });
  }

  #add(written: WrittenElement): WrittenElement {
    this.elements.set(placeOf(written.element), written);
    return written;
  }

  other(node: Exclude<XmlNode, XmlElement>): number | undefined {
    const from = node.kind === "text" ? this.#at : this.#text.indexOf("<", this.#at);
    const to = node.kind === "text" ? this.#endOfText(from) : this.#text.indexOf(ENDS[node.kind], from);
    if (from === -1 || to === -1) return undefined;
    this.#at = node.kind === "text" ? to : to + ENDS[node.kind].length;
    this.others.set(node, [from, this.#at]);
    return this.#at;
  }

  /** Text and CDATA sections in a row are one text. */
  #endOfText(from: number): number {
    let at = from;
    for (;;) {
      const next = this.#text.indexOf("<", at);
      if (next === -1 || !this.#text.startsWith(CDATA, next)) return next;
      const end = this.#text.indexOf("]]>", next);
      if (end === -1) return -1;
      at = end + 3;
    }
  }

  /** Behind the > that no quotes are around. */
  #endOfTag(from: number): number {
    for (let at = from; at < this.#text.length; at++) {
      const character = this.#text[at];
      if (character === ">") return at + 1;
      if (character !== '"' && character !== "'") continue;
      at = this.#text.indexOf(character, at + 1);
      if (at === -1) return -1;
    }
    return -1;
  }
}

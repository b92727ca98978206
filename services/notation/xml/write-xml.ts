import { escapeAttribute, escapeText } from "./escape-xml.ts";
import { isSpace } from "./query-xml.ts";
import { placeOf, type WrittenElement, type WrittenForm, writtenForm } from "./written-form.ts";
import { encodingOf } from "./xml-encoding.ts";
import type { XmlAttribute, XmlDocument, XmlElement, XmlNode } from "./xml-tree.ts";

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/**
 * In UTF-8. What has not changed since it was read is written as it was, letter by letter: quotes, blanks within tags,
 * CDATA sections, line ends. What is new is written plainly.
 */
export function writeXml(document: XmlDocument): Uint8Array {
  const form = document.origin && writtenForm(document.origin);
  const text = form ? new LikeBefore(form).document(document) : plainDocument(document);
  return new TextEncoder().encode(text);
}

function plainDocument(document: XmlDocument): string {
  const { prolog, root, epilog } = document;
  const parts: string[] = [];
  const writer = new PlainWriter(parts);
  for (const node of [...prolog, root, ...epilog]) {
    parts.push("\n");
    writer.node(node);
  }
  return `${DECLARATION}${parts.join("")}\n`;
}

class PlainWriter {
  protected readonly parts: string[];
  /** How the tag of an element without children ends. */
  readonly #empty: string;

  constructor(parts: string[], empty = "/>") {
    this.parts = parts;
    this.#empty = empty;
  }

  node(node: XmlNode): void {
    switch (node.kind) {
      case "element":
        return this.element(node);
      case "text":
        this.parts.push(escapeText(node.text));
        return;
      case "comment":
        this.parts.push("<!--", node.text, "-->");
        return;
      case "instruction":
        this.parts.push("<?", node.target, node.body === "" ? "" : " ", node.body, "?>");
        return;
    }
  }

  protected element(element: XmlElement): void {
    const { parts } = this;
    parts.push("<", element.name);
    for (const attribute of element.attributes) parts.push(" ", written(attribute));
    if (element.children.length === 0) {
      parts.push(this.#empty);
      return;
    }
    parts.push(">");
    for (const child of element.children) this.node(child);
    parts.push("</", element.name, ">");
  }
}

const written = ({ name, value }: Pick<XmlAttribute, "name" | "value">): string =>
  `${name}="${escapeAttribute(value)}"`;

/** Takes from the file whatever it can: only where tree and file say the same. */
class LikeBefore extends PlainWriter {
  readonly #form: WrittenForm;
  readonly #hasWindowsLines: boolean;

  constructor(form: WrittenForm) {
    super([], /(?:"|')( ?\/>)/.exec(form.text)?.[1]);
    this.#form = form;
    this.#hasWindowsLines = /^[^\n]*\r\n/.test(form.text);
  }

  document(document: XmlDocument): string {
    const { origin, prolog, root, epilog } = document;
    const { text, root: before } = this.#form;
    const { tree, file } = origin ?? { tree: document, file: new Uint8Array() };
    const [start = "", declaration] = /^\uFEFF?\s*(<\?xml(?=[\s?])[^?<]*\?>)?/i.exec(text) ?? [];
    const mark = encodingOf(file).label === "utf-8" && encodingOf(file).start > 0 ? "\uFEFF" : "";
    this.parts.push(mark, declaration === undefined ? declarationFor(file) : inUtf8(declaration));
    const leading = declaration === undefined ? 0 : start.length;
    this.#outside(prolog, prolog === tree.prolog ? [leading, before.from] : undefined);
    this.node(root);
    this.#outside(epilog, epilog === tree.epilog ? [before.to, text.length] : undefined);
    return this.parts.join("");
  }

  #outside(nodes: readonly XmlNode[], place: readonly [number, number] | undefined): void {
    if (place) this.parts.push(this.#form.text.slice(...place).replace(/^\uFEFF/, ""));
    else this.parts.push("\n");
    if (place) return;
    for (const node of nodes) {
      this.node(node);
      this.parts.push("\n");
    }
  }

  override node(node: XmlNode): void {
    const place = this.#form.others.get(node);
    if (place) this.parts.push(this.#form.text.slice(...place));
    else if (node.kind === "text" && this.#hasWindowsLines && isSpace(node))
      this.parts.push(node.text.replaceAll("\n", "\r\n"));
    else super.node(node);
  }

  protected override element(element: XmlElement): void {
    const before = this.#form.elements.get(placeOf(element));
    if (before === undefined || before.element.name !== element.name) return super.element(element);
    const { text } = this.#form;
    if (before.element === element) {
      this.parts.push(text.slice(before.from, before.to));
      return;
    }
    this.#startTag(element, before);
    const closing = text.slice(before.closing, before.inside);
    const wasEmptyTag = before.endTag === before.to;
    if (element.children.length === 0 && before.element.children.length > 0) {
      this.parts.push("/>");
      return;
    }
    this.parts.push(wasEmptyTag && element.children.length > 0 ? ">" : closing);
    for (const child of element.children) this.node(child);
    if (!wasEmptyTag) this.parts.push(text.slice(before.endTag, before.to));
    else if (element.children.length > 0) this.parts.push("</", element.name, ">");
  }

  #startTag(element: XmlElement, before: WrittenElement): void {
    const tag = this.#form.text.slice(before.from, before.closing);
    if (sameAttributes(element.attributes, before.element.attributes)) {
      this.parts.push(tag);
      return;
    }
    const known = attributesIn(tag, before.element);
    const space = [...known.values()].at(-1)?.space ?? " ";
    this.parts.push("<", element.name);
    for (const { name, value } of element.attributes) {
      const was = known.get(name);
      this.parts.push(was?.space ?? space, was?.value === value ? was.written : written({ name, value }));
    }
  }
}

interface WrittenAttribute {
  /** Before it. */
  readonly space: string;
  readonly written: string;
  readonly value: string;
}

const ATTRIBUTE = /(\s+)([^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))/g;

function attributesIn(tag: string, { name, attributes }: XmlElement): Map<string, WrittenAttribute> {
  const matches = [...tag.slice(name.length + 1).matchAll(ATTRIBUTE)];
  return new Map(
    attributes.flatMap((attribute, at) => {
      const [, space = " ", text = ""] = matches[at] ?? [];
      return text.startsWith(attribute.name)
        ? [[attribute.name, { space, written: text, value: attribute.value }] as const]
        : [];
    }),
  );
}

const sameAttributes = (a: readonly XmlAttribute[], b: readonly XmlAttribute[]): boolean =>
  a === b ||
  (a.length === b.length && a.every(({ name, value }, at) => b[at]?.name === name && b[at]?.value === value));

const STRICT =
  /^<\?xml\s+version\s*=\s*(["'])1\.\d+\1(?:\s+encoding\s*=\s*(["'])([A-Za-z][\w.-]*)\2)?(?:\s+standalone\s*=\s*(["'])(?:yes|no)\4)?\s*\?>$/;

/** The declaration as it was, but for the encoding, if that was another. */
function inUtf8(declaration: string): string {
  const [all, , , encoding] = STRICT.exec(declaration) ?? [];
  if (all === undefined) return DECLARATION;
  if (encoding === undefined || /^utf-?8$/i.test(encoding)) return declaration;
  return declaration.replace(/(encoding\s*=\s*["'])[^"']*/, "$1UTF-8");
}

/** A file without one is in UTF-8 already, or becomes it. */
const declarationFor = (file: Uint8Array): string =>
  encodingOf(file).label === "utf-8" ? "" : `${DECLARATION}\n`;

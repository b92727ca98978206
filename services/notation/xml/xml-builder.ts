import type { SaxesParser } from "saxes";
import { type Problem, UnreadableModel } from "../problem.ts";
import type { ReadXmlOptions, XmlLimits } from "./xml-limits.ts";
import { XML_NAMESPACE, type XmlName, XmlNames, XMLNS_NAMESPACE } from "./xml-names.ts";
import type {
  XmlAttribute,
  XmlComment,
  XmlDocument,
  XmlElement,
  XmlInstruction,
  XmlNode,
} from "./xml-tree.ts";

const NO_ATTRIBUTES: readonly XmlAttribute[] = Object.freeze([]);
/** Indentation is the same string many times. */
const LONGEST_SHARED_SPACE = 64;

/** An element while its content is read. */
interface Open extends XmlElement {
  readonly children: XmlNode[];
}

/** Makes a tree of what a parser says. */
export class XmlBuilder {
  readonly #parser: SaxesParser;
  readonly #limits: XmlLimits;
  readonly #onProblem: ReadXmlOptions["onProblem"];
  readonly #names = new XmlNames();
  readonly #spaces = new Map<string, string>();
  readonly #unbound = new Set<string>();
  readonly #open: Open[] = [];
  readonly #declared: (readonly string[] | undefined)[] = [];
  #attributeNames: XmlName[] = [];
  #attributeValues: string[] = [];
  readonly #prolog: (XmlComment | XmlInstruction)[] = [];
  readonly #epilog: (XmlComment | XmlInstruction)[] = [];
  #root: XmlElement | undefined;
  #text = "";
  #nodes = 0;
  #line = 1;
  #column = 1;
  /** Where the parser was at the last thing it said. */
  #said = 0;
  #inTag = false;
  #markLine = 1;
  #markColumn = 1;

  constructor(parser: SaxesParser, limits: XmlLimits, onProblem: ReadXmlOptions["onProblem"]) {
    this.#parser = parser;
    this.#limits = limits;
    this.#onProblem = onProblem;
    parser.on("opentagstart", (tag) => this.#startTag(tag.name));
    parser.on("attribute", (attribute) => this.#attribute(attribute.name, attribute.value as string));
    parser.on("opentag", (tag) => this.#element(tag.name));
    parser.on("closetag", () => this.#close());
    parser.on("text", (text) => this.#addText(text, 0));
    parser.on("cdata", (text) => this.#addText(text, 1));
    parser.on("comment", (text) => this.#add({ kind: "comment", text }));
    parser.on("processinginstruction", ({ target, body }) =>
      this.#add({ kind: "instruction", target, body }),
    );
  }

  /** Where the last thing that is complete ends, in characters. */
  get said(): number {
    return this.#said;
  }

  get inTag(): boolean {
    return this.#inTag;
  }

  get rootClosed(): boolean {
    return this.#root !== undefined && this.#open.length === 0;
  }

  document(): XmlDocument {
    // The parser has refused a file without a root before.
    if (this.#root === undefined) throw this.refusal("XML_NOT_WELL_FORMED", "There is no root element.");
    return { prolog: this.#prolog, root: this.#root, epilog: this.#epilog };
  }

  refusal(code: string, message: string): UnreadableModel {
    return new UnreadableModel({ code, message, line: this.#parser.line, column: this.#parser.column + 1 });
  }

  tooLong(): UnreadableModel {
    const { attributeLength, textLength } = this.#limits;
    return this.#inTag
      ? this.refusal(
          "XML_ATTRIBUTE_TOO_LONG",
          `An attribute of this element is longer than ${attributeLength} characters. Take embedded data out of it.`,
        )
      : this.refusal(
          "XML_TEXT_TOO_LONG",
          `A text, comment or name is longer than ${textLength} characters, or never ends. Take embedded data out of it.`,
        );
  }

  #note(ahead = 0): void {
    const parser = this.#parser;
    this.#said = parser.position;
    this.#markLine = parser.line;
    this.#markColumn = parser.column + 1 + ahead;
  }

  #startTag(name: string): void {
    const { line, column } = this.#parser;
    if (name.length > this.#limits.attributeLength) throw this.tooLong();
    // What ends the name may be a new line; then the element began where the last thing ended.
    this.#line = column === 0 ? this.#markLine : line;
    this.#column = column === 0 ? this.#markColumn : column - name.length - 1;
    this.#inTag = true;
    this.#said = this.#parser.position;
    this.#flushText();
    if (this.#open.length >= this.#limits.depth) {
      throw this.refusal("XML_TOO_DEEP", `Elements are nested more than ${this.#limits.depth} deep.`);
    }
  }

  #attribute(written: string, value: string): void {
    this.#said = this.#parser.position;
    if (value.length > this.#limits.attributeLength) throw this.tooLong();
    if (this.#attributeNames.length >= this.#limits.attributesPerElement) {
      const most = this.#limits.attributesPerElement;
      throw this.refusal("XML_TOO_MANY_ATTRIBUTES", `An element has more than ${most} attributes.`);
    }
    this.#attributeNames.push(this.#nameOf(written));
    this.#attributeValues.push(value);
    this.#count();
  }

  #nameOf(written: string): XmlName {
    const name = this.#names.name(written);
    if (name !== undefined) return name;
    throw this.refusal(
      "XML_NAMESPACE",
      `"${written.slice(0, 100)}" is no name: it may have one colon, inside.`,
    );
  }

  #element(written: string): void {
    this.#inTag = false;
    this.#note();
    const declared = this.#declare();
    const name = this.#nameOf(written);
    const namespace = name.prefix === "" ? (name.bound.at(-1) ?? "") : this.#resolve(name);
    const element: Open = {
      kind: "element",
      name: name.written,
      namespace: namespace ?? "",
      local: namespace === undefined ? name.written : name.local,
      attributes: this.#attributes(),
      children: [],
      line: this.#line,
      column: this.#column,
    };
    this.#count();
    if (this.#open.length === 0) this.#root = element;
    else this.#open.at(-1)?.children.push(element);
    this.#open.push(element);
    this.#declared.push(declared);
  }

  /** Namespace declarations count for the element that has them, so they go first. */
  #declare(): readonly string[] | undefined {
    let declared: string[] | undefined;
    for (const [at, { declares }] of this.#attributeNames.entries()) {
      if (declares === undefined) continue;
      const uri = this.#attributeValues[at] ?? "";
      const reserved = (declares === "xml") !== (uri === XML_NAMESPACE);
      if (reserved || declares === "xmlns" || uri === XMLNS_NAMESPACE) {
        throw this.refusal(
          "XML_NAMESPACE",
          `The prefix "${declares}" cannot stand for "${uri.slice(0, 200)}".`,
        );
      }
      this.#names.bind(declares, uri);
      (declared ??= []).push(declares);
    }
    return declared;
  }

  #attributes(): readonly XmlAttribute[] {
    const names = this.#attributeNames;
    if (names.length === 0) return NO_ATTRIBUTES;
    const values = this.#attributeValues;
    this.#attributeNames = [];
    this.#attributeValues = [];
    let prefixed = 0;
    const attributes = names.map((name, at): XmlAttribute => {
      const value = values[at] ?? "";
      const { written, local } = name;
      if (name.declares !== undefined) return { name: written, namespace: XMLNS_NAMESPACE, local, value };
      if (name.prefix === "") return { name: written, namespace: "", local, value };
      const namespace = this.#resolve(name);
      if (namespace === undefined) return { name: written, namespace: "", local: written, value };
      prefixed++;
      return { name: written, namespace, local, value };
    });
    // The parser has seen to names that are written alike.
    if (prefixed > 1) this.#refuseDoubled(attributes);
    return attributes;
  }

  #refuseDoubled(attributes: readonly XmlAttribute[]): void {
    const seen = new Set<string>();
    for (const { namespace, local, name } of attributes) {
      if (namespace === "" || namespace === XMLNS_NAMESPACE) continue;
      const expanded = `${namespace} ${local}`;
      if (seen.has(expanded)) {
        throw this.refusal(
          "XML_NOT_WELL_FORMED",
          `The attribute ${name} is there twice, under two prefixes.`,
        );
      }
      seen.add(expanded);
    }
  }

  /** Undefined for a prefix that nothing declares: the name then stands for itself. */
  #resolve(name: XmlName): string | undefined {
    const namespace = name.bound.at(-1);
    if (namespace === undefined && !this.#unbound.has(name.prefix) && this.#unbound.size < 100) {
      this.#unbound.add(name.prefix);
      const problem: Problem = {
        severity: "warning",
        code: "XML_PREFIX_UNDECLARED",
        message: `The prefix "${name.prefix}" is not declared. What has it is kept as it is.`,
        line: this.#line,
        column: this.#column,
      };
      this.#onProblem?.(problem);
    }
    return namespace;
  }

  #close(): void {
    this.#note();
    this.#flushText();
    this.#open.pop();
    for (const prefix of this.#declared.pop() ?? []) this.#names.release(prefix);
  }

  /** Comes in parts: between entities and CDATA sections nothing separates it. */
  #addText(text: string, ahead: 0 | 1): void {
    // A text is told of when the < after it has been read.
    this.#note(ahead - 1);
    if (text.length > this.#limits.textLength) throw this.tooLong();
    if (this.#open.length > 0) this.#text += text;
  }

  #flushText(): void {
    if (this.#text === "") return;
    const text = this.#sharedSpace(this.#text);
    this.#text = "";
    this.#open.at(-1)?.children.push({ kind: "text", text });
    this.#count();
  }

  #sharedSpace(text: string): string {
    if (text.length > LONGEST_SHARED_SPACE || text.charCodeAt(0) > 0x20) return text;
    const shared = this.#spaces.get(text);
    if (shared === undefined && this.#spaces.size < 1000) this.#spaces.set(text, text);
    return shared ?? text;
  }

  #add(node: XmlComment | XmlInstruction): void {
    const length = node.kind === "comment" ? node.text.length : node.body.length;
    if (length > this.#limits.textLength) throw this.tooLong();
    // A comment is told of before the > that ends it.
    this.#note(node.kind === "comment" ? 1 : 0);
    this.#flushText();
    this.#count();
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.children.push(node);
    else (this.#root === undefined ? this.#prolog : this.#epilog).push(node);
  }

  #count(): void {
    if (++this.#nodes <= this.#limits.nodes) return;
    throw this.refusal(
      "XML_TOO_MANY_NODES",
      `There are more than ${this.#limits.nodes} elements, attributes and texts. Split the model.`,
    );
  }
}

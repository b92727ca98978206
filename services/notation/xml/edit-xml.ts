import { type Indentation, indentationOf, inside, spaceBefore, unitOf } from "./indent-xml.ts";
import { makeAttribute, makeText, withAttribute } from "./make-xml.ts";
import { descendantsOf, isElement, isSpace, textOf } from "./query-xml.ts";
import type { XmlAttribute, XmlDocument, XmlElement, XmlNode } from "./xml-tree.ts";
import { XML_NAMESPACE, XMLNS_NAMESPACE } from "./xml-names.ts";

/** Where a child goes: before a sibling, or after the last one that does not rank higher; else at the end. */
export interface XmlPlace {
  readonly before?: XmlElement;
  /** The place of a kind of child in its schema's sequence. */
  readonly rank?: (child: XmlElement) => number;
}

interface Edited {
  attributes: readonly XmlAttribute[];
  children: readonly XmlNode[];
}

/**
 * Changes to a document, gathered by the elements as they were read (or made): what is not named here comes out as the
 * very nodes that went in. White space around what comes and goes follows the siblings.
 */
export class XmlEdits {
  readonly #document: XmlDocument;
  readonly #edited = new Map<XmlElement, Edited>();
  readonly #unit: string;
  #parents: Map<XmlElement, XmlElement> | undefined;

  constructor(document: XmlDocument) {
    this.#document = document;
    this.#unit = unitOf(document.root);
  }

  get root(): XmlElement {
    return this.#document.root;
  }

  attributesOf(element: XmlElement): readonly XmlAttribute[] {
    return (this.#edited.get(element) ?? element).attributes;
  }

  childrenOf(element: XmlElement): readonly XmlNode[] {
    return (this.#edited.get(element) ?? element).children;
  }

  /** Undefined for the root and for what is not, or no longer, in the document. */
  parentOf(element: XmlElement): XmlElement | undefined {
    if (this.#parents === undefined) {
      this.#parents = new Map();
      for (const parent of descendantsOf(this.#document.root)) {
        for (const child of parent.children) if (isElement(child)) this.#parents.set(child, parent);
      }
    }
    return this.#parents.get(element);
  }

  /** Undefined takes it away. A name without a namespace is meant unless the attribute says one; see attributeFor. */
  setAttribute(
    element: XmlElement,
    attribute: string | Omit<XmlAttribute, "value">,
    value: string | undefined,
  ): void {
    const named = typeof attribute === "string" ? makeAttribute(attribute, "") : attribute;
    const before = this.attributesOf(element);
    const after = withAttribute(before, named, value);
    if (after !== before) this.#edit(element).attributes = after;
  }

  /** Instead of all text that is directly inside; elements and comments stay. */
  setText(element: XmlElement, text: string): void {
    const children = this.childrenOf(element);
    if (textOf({ ...element, children }) === text) return;
    const at = children.findIndex((node) => node.kind === "text");
    const first = at === -1 ? children.length : at;
    const rest = (from: number, to?: number): XmlNode[] =>
      children.slice(from, to).filter((node) => node.kind !== "text");
    const own = text === "" ? [] : [makeText(text)];
    this.#edit(element).children = [...rest(0, first), ...own, ...rest(first)];
  }

  insert(parent: XmlElement, child: XmlElement, place: XmlPlace = {}): void {
    const children = this.childrenOf(parent);
    const grandparent = this.parentOf(parent);
    const own = grandparent ? spaceBefore(this.childrenOf(grandparent), parent) : "\n";
    const indentation = indentationOf(children, own, this.#unit);
    const at = placeIn(children, child, place);
    const isFirst = !children.some((node) => !isSpace(node));
    const added: XmlNode[] = indentation ? [makeText(indentation.before), child] : [child];
    if (indentation && isFirst) added.push(makeText(indentation.after));
    this.#edit(parent).children = isFirst ? added : children.toSpliced(at, 0, ...added);
    this.#adopt(parent, child);
    if (indentation) this.#indent(child, inside(indentation));
  }

  /** With the white space before it. Does nothing for what is not in the document. */
  remove(element: XmlElement): void {
    const parent = this.parentOf(element);
    if (parent === undefined) return;
    const children = this.childrenOf(parent);
    const at = children.indexOf(element);
    const from = isSpace(children[at - 1]) ? at - 1 : at;
    const rest = children.toSpliced(from, at - from + 1);
    this.#edit(parent).children = rest.every(isSpace) ? [] : rest;
    this.#parents?.delete(element);
  }

  move(element: XmlElement, parent: XmlElement, place: XmlPlace = {}): void {
    this.remove(element);
    this.insert(parent, element, place);
  }

  /** In the place of an element, which goes with all that was inside. */
  replace(element: XmlElement, by: XmlElement): void {
    const parent = this.parentOf(element);
    if (parent === undefined) throw new Error("only what is inside the root can be replaced");
    const children = this.childrenOf(parent);
    this.#edit(parent).children = children.with(children.indexOf(element), by);
    this.#parents?.delete(element);
    this.#adopt(parent, by);
  }

  /** The name to write for an element at that place. Declares the namespace at the root if nothing does. */
  nameFor(parent: XmlElement, namespace: string, local: string, prefix: string): string {
    if (parent.namespace === namespace && namespace !== "") return withPrefix(prefixOf(parent.name), local);
    if (namespace === "") return local;
    return withPrefix(this.#prefixFor(parent, namespace, prefix, true), local);
  }

  /** The attribute, without its value, that is to be set on the element. */
  attributeFor(
    element: XmlElement,
    namespace: string,
    local: string,
    prefix: string,
  ): Omit<XmlAttribute, "value"> {
    const name =
      namespace === "" ? local : withPrefix(this.#prefixFor(element, namespace, prefix, false), local);
    return { name, namespace, local };
  }

  /** The same document if there is nothing to change. */
  apply(): XmlDocument {
    if (this.#edited.size === 0) return this.#document;
    const root = this.#rebuilt(this.#document.root);
    return root === this.#document.root ? this.#document : { ...this.#document, root };
  }

  #edit(element: XmlElement): Edited {
    let edited = this.#edited.get(element);
    if (edited === undefined) {
      edited = { attributes: element.attributes, children: element.children };
      this.#edited.set(element, edited);
    }
    return edited;
  }

  #adopt(parent: XmlElement, child: XmlElement): void {
    this.#parents?.set(child, parent);
    for (const inner of this.childrenOf(child)) if (isElement(inner)) this.#adopt(child, inner);
  }

  /** Puts what is inside a new element on lines of its own, unless it has text. */
  #indent(element: XmlElement, indentation: Indentation): void {
    const children = this.childrenOf(element);
    const isMade = element.line === 0;
    if (!isMade || children.length === 0 || children.some((node) => node.kind === "text")) return;
    const { before, after } = indentation;
    this.#edit(element).children = [
      ...children.flatMap((child) => [makeText(before), child]),
      makeText(after),
    ];
    for (const child of children) if (isElement(child)) this.#indent(child, inside(indentation));
  }

  #rebuilt(element: XmlElement): XmlElement {
    const edited = this.#edited.get(element);
    const children = edited?.children ?? element.children;
    let rebuilt: XmlNode[] | undefined;
    for (const [at, child] of children.entries()) {
      if (child.kind !== "element") continue;
      const after = this.#rebuilt(child);
      if (after !== child) (rebuilt ??= [...children])[at] = after;
    }
    if (edited === undefined && rebuilt === undefined) return element;
    return { ...element, attributes: this.attributesOf(element), children: rebuilt ?? children };
  }

  /** A prefix that means the namespace at that place; "" for the default one, which attributes cannot use. */
  #prefixFor(element: XmlElement, namespace: string, wanted: string, forElement: boolean): string {
    if (namespace === XML_NAMESPACE) return "xml";
    const known = this.#prefixesAt(element);
    for (const [prefix, uri] of known) {
      if (uri === namespace && (forElement || prefix !== "")) return prefix;
    }
    const prefix = unusedPrefix(wanted, known);
    this.setAttribute(this.root, makeAttribute(`xmlns:${prefix}`, "", XMLNS_NAMESPACE), namespace);
    return prefix;
  }

  /** What each prefix means there; the innermost declaration counts. */
  #prefixesAt(element: XmlElement): Map<string, string> {
    const known = new Map<string, string>();
    const above: XmlElement[] = [];
    for (let at: XmlElement | undefined = element; at !== undefined; at = this.parentOf(at)) above.push(at);
    // One that has no place yet will at least be inside the root.
    if (above.at(-1) !== this.root) above.push(this.root);
    for (const at of above) {
      for (const { name, namespace, local, value } of this.attributesOf(at)) {
        const prefix = name === "xmlns" ? "" : local;
        if (namespace === XMLNS_NAMESPACE && !known.has(prefix)) known.set(prefix, value);
      }
    }
    return known;
  }
}

/** Where among the children; what is inserted there brings its own white space before it. */
function placeIn(children: readonly XmlNode[], child: XmlElement, { before, rank }: XmlPlace): number {
  if (before !== undefined) {
    const at = children.indexOf(before);
    if (at === -1) throw new Error(`<${before.name}> is not among the children of that element`);
    return isSpace(children[at - 1]) ? at - 1 : at;
  }
  const last = rank
    ? children.findLastIndex((other) => isElement(other) && rank(other) <= rank(child))
    : children.findLastIndex((other) => !isSpace(other));
  if (last !== -1) return last + 1;
  const first = children.findIndex(isElement);
  if (first === -1) return children.length;
  return isSpace(children[first - 1]) ? first - 1 : first;
}

function unusedPrefix(wanted: string, known: ReadonlyMap<string, string>): string {
  let prefix = wanted;
  for (let number = 2; known.has(prefix); number++) prefix = `${wanted}${number}`;
  return prefix;
}

const prefixOf = (name: string): string => (name.includes(":") ? name.slice(0, name.indexOf(":")) : "");
const withPrefix = (prefix: string, local: string): string => (prefix === "" ? local : `${prefix}:${local}`);

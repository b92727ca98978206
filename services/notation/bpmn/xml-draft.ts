import { indentationOf, spaceBefore } from "../xml/indent-xml.ts";
import { makeAttribute, makeText } from "../xml/make-xml.ts";
import { isSpace } from "../xml/query-xml.ts";
import type { XmlAttribute, XmlComment, XmlElement, XmlInstruction, XmlText } from "../xml/xml-tree.ts";
import { XMLNS_NAMESPACE } from "../xml/xml-names.ts";
import { PREFIXES } from "./namespaces.ts";

/**
 * A copy of a tree that is changed in place, and an XmlElement at any time: what writes back can look at what it has
 * written, read it as a model, and move things around before it decides what goes.
 */
export interface DraftElement extends XmlElement {
  name: string;
  local: string;
  readonly attributes: XmlAttribute[];
  readonly children: DraftNode[];
  parent: DraftElement | undefined;
}

export type DraftNode = DraftElement | XmlText | XmlComment | XmlInstruction;

export interface Draft {
  readonly root: DraftElement;
  /** The copy of a node of the original. */
  at(node: XmlElement): DraftElement;
}

export function draftOf(original: XmlElement): Draft {
  const copies = new Map<XmlElement, DraftElement>();
  const copy = (node: XmlElement, parent: DraftElement | undefined): DraftElement => {
    const made: DraftElement = { ...node, attributes: [...node.attributes], children: [], parent };
    for (const child of node.children)
      made.children.push(child.kind === "element" ? copy(child, made) : child);
    copies.set(node, made);
    return made;
  };
  const root = copy(original, undefined);
  return {
    root,
    at(node) {
      const found = copies.get(node);
      if (!found) throw new Error(`<${node.name}> is not of this file`);
      return found;
    },
  };
}

/** An element to be attached to `parent`, with the prefix that its namespace has there. */
export function draftElement(parent: DraftElement, namespace: string, local: string): DraftElement {
  const own = parent.name.slice(0, -parent.local.length);
  const prefix = parent.namespace === namespace ? own : colon(prefixFor(parent, namespace, true));
  const name = prefix + local;
  const parts = { kind: "element" as const, name, namespace, local, line: 0, column: 0 };
  return { ...parts, attributes: [], children: [], parent: undefined };
}

const colon = (prefix: string): string => (prefix === "" ? "" : `${prefix}:`);

/** Sets an attribute, or takes it away. */
export function setAttribute(
  node: DraftElement,
  local: string,
  value: string | undefined,
  namespace = "",
): void {
  const at = node.attributes.findIndex((other) => other.local === local && other.namespace === namespace);
  const old = node.attributes[at];
  if (value === undefined) {
    if (old) node.attributes.splice(at, 1);
  } else if (old) node.attributes[at] = { ...old, value };
  else {
    const name = namespace === "" ? local : colon(prefixFor(node, namespace, false)) + local;
    node.attributes.push({ name, namespace, local, value });
  }
}

/** The prefix of a namespace at a node; declared at the root if there is none. Attributes cannot use the default one. */
export function prefixFor(node: DraftElement, namespace: string, mayBeDefault: boolean): string {
  const seen = new Set<string>();
  let root = node;
  for (let at: DraftElement | undefined = node; at; at = at.parent) {
    for (const attribute of at.attributes) {
      if (attribute.namespace !== XMLNS_NAMESPACE) continue;
      const prefix = attribute.name === "xmlns" ? "" : attribute.local;
      if (seen.has(prefix)) continue;
      if (attribute.value === namespace && (prefix !== "" || mayBeDefault)) return prefix;
      seen.add(prefix);
    }
    root = at;
  }
  if (namespace === "" && !seen.has("")) return "";
  return declare(root, namespace, seen);
}

function declare(root: DraftElement, namespace: string, taken: ReadonlySet<string>): string {
  const wish = PREFIXES[namespace] ?? "ns";
  let prefix = wish;
  for (let n = 2; taken.has(prefix); n++) prefix = `${wish}${n}`;
  root.attributes.push(makeAttribute(`xmlns:${prefix}`, namespace));
  return prefix;
}

/** Takes an element out, with the white space before it. It keeps the namespaces that were declared around it. */
export function detach(node: DraftElement): void {
  const { parent } = node;
  if (!parent) return;
  keepDeclarations(node);
  const at = parent.children.indexOf(node);
  const from = isSpace(parent.children[at - 1]) ? at - 1 : at;
  parent.children.splice(from, at - from + 1);
  if (parent.children.every(isSpace)) parent.children.length = 0;
  node.parent = undefined;
}

/** Declarations of the root are seen everywhere; those between the root and the node go with it. */
function keepDeclarations(node: DraftElement): void {
  for (let at = node.parent; at?.parent; at = at.parent)
    for (const attribute of at.attributes) {
      const isDeclaration = attribute.namespace === XMLNS_NAMESPACE;
      if (isDeclaration && !node.attributes.some(({ name }) => name === attribute.name))
        node.attributes.push(attribute);
    }
}

/** Puts an element before another child or, without one, at the end; indented like its siblings. */
export function attach(parent: DraftElement, node: DraftElement, before?: DraftElement): void {
  const { children } = parent;
  const own = parent.parent ? spaceBefore(parent.parent.children, parent) : "\n";
  const indentation = indentationOf(children, own);
  const isFirst = children.every(isSpace);
  node.parent = parent;
  if (isFirst) children.length = 0;
  const added: DraftNode[] = indentation ? [makeText(indentation.before), node] : [node];
  if (indentation && isFirst) added.push(makeText(indentation.after));
  children.splice(placeIn(children, before), 0, ...added);
}

/** What comes there brings its own white space, which stands before it. */
function placeIn(children: readonly DraftNode[], before: DraftElement | undefined): number {
  const at = before ? children.indexOf(before) : children.length;
  return isSpace(children[at - 1]) ? at - 1 : at;
}

export function setText(node: DraftElement, text: string): void {
  node.children.length = 0;
  if (text !== "") node.children.push(makeText(text));
}

export const draftChildren = (node: DraftElement): DraftElement[] =>
  node.children.filter((child): child is DraftElement => child.kind === "element");

/** The children in the same namespace of that name. */
export const draftsNamed = (node: DraftElement, local: string): DraftElement[] =>
  draftChildren(node).filter((child) => child.local === local && child.namespace === node.namespace);

/** Whether the node is still in the tree below `root`. */
export function isWithin(root: DraftElement, node: DraftElement): boolean {
  let at: DraftElement | undefined = node;
  while (at && at !== root) at = at.parent;
  return at === root;
}

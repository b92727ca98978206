import { escapeAttribute, escapeText } from "./escape-xml.ts";
import { XMLNS_NAMESPACE } from "./xml-names.ts";
import type {
  XmlAttribute,
  XmlComment,
  XmlDocument,
  XmlElement,
  XmlInstruction,
  XmlNode,
} from "./xml-tree.ts";

export interface CanonicalOptions {
  /** Default: they are kept. */
  readonly comments?: boolean;
}

/** What prefixes stand for around an element, as it has been written out. */
type Scope = ReadonlyMap<string, string>;

/** Canonical XML 1.0 of the document: two files are the same XML exactly when these strings are equal. */
export function canonicalXml(document: XmlDocument, options: CanonicalOptions = {}): string {
  const parts: string[] = [];
  const comments = options.comments ?? true;
  for (const node of document.prolog) if (writeOutside(node, comments, parts)) parts.push("\n");
  writeElement(document.root, new Map([["", ""]]), comments, parts);
  for (const node of document.epilog) {
    const at = parts.length;
    if (writeOutside(node, comments, parts)) parts.splice(at, 0, "\n");
  }
  return parts.join("");
}

/** Whether something was written. */
function writeOutside(node: XmlComment | XmlInstruction, comments: boolean, parts: string[]): boolean {
  const before = parts.length;
  writeNode(node, new Map(), comments, parts);
  return parts.length > before;
}

function writeNode(node: XmlNode, scope: Scope, comments: boolean, parts: string[]): void {
  switch (node.kind) {
    case "element":
      return writeElement(node, scope, comments, parts);
    case "text":
      parts.push(escapeText(node.text));
      return;
    case "comment":
      if (comments) parts.push("<!--", node.text, "-->");
      return;
    case "instruction":
      parts.push("<?", node.target, node.body === "" ? "" : ` ${node.body}`, "?>");
      return;
  }
}

function writeElement(element: XmlElement, outer: Scope, comments: boolean, parts: string[]): void {
  const declared = element.attributes.filter(({ namespace }) => namespace === XMLNS_NAMESPACE);
  const scope = declared.length === 0 ? outer : inner(outer, declared);
  parts.push("<", element.name);
  for (const { name, local, value } of declared.toSorted(byPrefix)) {
    const prefix = name === "xmlns" ? "" : local;
    if (outer.get(prefix) !== value && prefix !== "xml")
      parts.push(" ", name, '="', escapeAttribute(value), '"');
  }
  for (const { name, namespace, value } of element.attributes.toSorted(byName)) {
    if (namespace !== XMLNS_NAMESPACE) parts.push(" ", name, '="', escapeAttribute(value), '"');
  }
  parts.push(">");
  for (const child of element.children) writeNode(child, scope, comments, parts);
  parts.push("</", element.name, ">");
}

function inner(outer: Scope, declared: readonly XmlAttribute[]): Scope {
  const scope = new Map(outer);
  for (const { name, local, value } of declared) scope.set(name === "xmlns" ? "" : local, value);
  return scope;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const prefixOf = ({ name, local }: XmlAttribute): string => (name === "xmlns" ? "" : local);
const byPrefix = (a: XmlAttribute, b: XmlAttribute): number => compare(prefixOf(a), prefixOf(b));
const byName = (a: XmlAttribute, b: XmlAttribute): number =>
  compare(a.namespace, b.namespace) || compare(a.local, b.local);

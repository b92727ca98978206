import { attributeOf } from "../xml/query-xml.ts";
import { XMLNS_NAMESPACE } from "../xml/xml-names.ts";
import type { XmlAttribute, XmlElement, XmlNode } from "../xml/xml-tree.ts";

/** One place where two documents are not the same XML. */
export interface XmlDifference {
  /** In the first document. */
  readonly line: number;
  /** The element, by its id if it has one. */
  readonly element: string;
  readonly what: string;
  readonly from?: string;
  readonly to?: string;
}

/** All differences, in document order; below an element whose children do not pair up there is one only. */
export function* xmlDifferences(a: XmlElement, b: XmlElement): Generator<XmlDifference> {
  const place = { line: a.line, element: nameOf(a) };
  if (a.name !== b.name || a.namespace !== b.namespace) {
    yield { ...place, what: "another element", from: a.name, to: b.name };
    return;
  }
  for (const [name, from, to] of attributePairs(a.attributes, b.attributes)) {
    if (from !== to) {
      yield {
        ...place,
        what: `attribute ${name}`,
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      };
    }
  }
  if (
    a.children.length !== b.children.length ||
    a.children.some((child, at) => child.kind !== b.children[at]?.kind)
  ) {
    yield { ...place, what: "other content", from: outline(a.children), to: outline(b.children) };
    return;
  }
  for (const [at, child] of a.children.entries()) {
    const other = b.children[at];
    if (child.kind === "element" && other?.kind === "element") yield* xmlDifferences(child, other);
    else if (other && plain(child) !== plain(other)) {
      yield { ...place, what: child.kind, from: plain(child), to: plain(other) };
    }
  }
}

const nameOf = (element: XmlElement): string => {
  const id = attributeOf(element, "id") ?? attributeOf(element, "identifier");
  return id === undefined ? element.name : `${element.name} ${id}`;
};

function attributePairs(
  a: readonly XmlAttribute[],
  b: readonly XmlAttribute[],
): [string, string | undefined, string | undefined][] {
  // A prefix is part of what canonical XML compares.
  const values = (attributes: readonly XmlAttribute[]): Map<string, string> =>
    new Map(
      attributes.map((one) => [
        one.namespace === XMLNS_NAMESPACE ? one.name : `${one.namespace} ${one.name}`,
        one.value,
      ]),
    );
  const before = values(a);
  const after = values(b);
  return [...new Set([...before.keys(), ...after.keys()])].map((name) => [
    name.trim(),
    before.get(name),
    after.get(name),
  ]);
}

function plain(node: XmlNode): string {
  if (node.kind === "element") return node.name;
  return node.kind === "instruction" ? `${node.target} ${node.body}` : node.text;
}

const outline = (nodes: readonly XmlNode[]): string =>
  nodes
    .filter((node) => node.kind !== "text" || node.text.trim() !== "")
    .map((node) => (node.kind === "element" ? `<${nameOf(node)}>` : plain(node).trim().slice(0, 40)))
    .join(" ")
    .slice(0, 400);

import type { XmlAttribute, XmlElement, XmlNode, XmlText } from "./xml-tree.ts";
import { XML_NAMESPACE, XMLNS_NAMESPACE } from "./xml-names.ts";

export interface NewElement {
  /** As it is to be written, with the prefix that its place knows: see XmlEdits.nameFor. */
  readonly name: string;
  readonly namespace: string;
  readonly attributes?: readonly XmlAttribute[];
  readonly children?: readonly XmlNode[];
}

export const localOf = (name: string): string => name.slice(name.indexOf(":") + 1);

export const makeElement = ({ name, namespace, attributes = [], children = [] }: NewElement): XmlElement => ({
  kind: "element",
  name,
  namespace,
  local: localOf(name),
  attributes,
  children,
  line: 0,
  column: 0,
});

export const makeText = (text: string): XmlText => ({ kind: "text", text });

/** Without a namespace it needs no prefix; those of `xml:` and `xmlns:` are known. */
export function makeAttribute(name: string, value: string, namespace?: string): XmlAttribute {
  const known = name.startsWith("xml:")
    ? XML_NAMESPACE
    : name === "xmlns" || name.startsWith("xmlns:")
      ? XMLNS_NAMESPACE
      : "";
  return { name, namespace: namespace ?? known, local: localOf(name), value };
}

/** The attributes with one set, where it was or at the end; undefined takes it away. The same array if nothing changes. */
export function withAttribute(
  attributes: readonly XmlAttribute[],
  attribute: Omit<XmlAttribute, "value">,
  value: string | undefined,
): readonly XmlAttribute[] {
  const { local, namespace } = attribute;
  const at = attributes.findIndex((other) => other.local === local && other.namespace === namespace);
  const found = attributes[at];
  if (found?.value === value) return attributes;
  if (value === undefined) return attributes.toSpliced(at, 1);
  if (found === undefined) return [...attributes, { ...attribute, value }];
  return attributes.with(at, { ...found, value });
}

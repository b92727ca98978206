import { makeAttribute, makeElement } from "../xml/make-xml.ts";
import { attributeOf, isElement } from "../xml/query-xml.ts";
import { spaceBefore } from "../xml/indent-xml.ts";
import type { XmlAttribute, XmlElement, XmlNode } from "../xml/xml-tree.ts";

export const EXCHANGE = "http://www.opengroup.org/xsd/archimate/3.0/";
/** Of version 2.1, which is read as if it were 3. */
export const EXCHANGE_2 = "http://www.opengroup.org/xsd/archimate";
export const XSI = "http://www.w3.org/2001/XMLSchema-instance";

/** The order of children in the schemas; what is not named belongs to other namespaces. */
export const ORDER = {
  model:
    "name documentation * properties metadata elements relationships organizations propertyDefinitions views",
  concept: "name documentation * properties",
  view: "name documentation * properties node connection",
  node: "label documentation style viewRef node",
  connection: "label documentation style viewRef sourceAttachment bendpoint targetAttachment",
  style: "lineColor fillColor font",
  views: "viewpoints diagrams",
  folder: "label documentation item *",
} as const;

export type Parent = keyof typeof ORDER;

const ranked = (order: string): ReadonlyMap<string, number> =>
  new Map(order.split(" ").map((child, i) => [child, i]));

const RANKS: Readonly<Record<Parent, ReadonlyMap<string, number>>> = {
  model: ranked(ORDER.model),
  concept: ranked(ORDER.concept),
  view: ranked(ORDER.view),
  node: ranked(ORDER.node),
  connection: ranked(ORDER.connection),
  style: ranked(ORDER.style),
  views: ranked(ORDER.views),
  folder: ranked(ORDER.folder),
};

/** How a file writes what the format leaves to it. */
export interface Format {
  readonly namespace: string;
  /** Before the names of elements: "" or "archimate:". */
  readonly prefix: string;
  /** The prefix of XMLSchema-instance, with its colon. */
  readonly xsi: string;
  /** What a level of nesting adds to a line; undefined for a file without lines. */
  readonly unit: string | undefined;
  /** Where views are, from the root. */
  readonly viewsPath: readonly string[];
  /** The main language: that of the model's first name. */
  readonly language: string | undefined;
}

export function formatOf(root: XmlElement): Format {
  const first = root.children.find(isElement);
  const space = first && spaceBefore(root.children, first);
  const title = root.children.find((node) => isElement(node) && node.local === "name");
  const bound = root.attributes.find(({ name, value }) => name.startsWith("xmlns:") && value === XSI);
  return {
    namespace: root.namespace,
    prefix: root.name.slice(0, root.name.length - root.local.length),
    xsi: bound ? `${bound.local}:` : "xsi:",
    viewsPath: root.namespace === EXCHANGE_2 ? ["views"] : ["views", "diagrams"],
    unit: first ? space?.slice(1) : "  ",
    language: title && isElement(title) ? languageOf(title) : undefined,
  };
}

export const languageOf = (text: XmlElement): string | undefined =>
  attributeOf(text, "lang", "http://www.w3.org/XML/1998/namespace");

/** The type that xsi:type names, without a prefix; undefined when it names none. */
export function typeOf(element: XmlElement): string | undefined {
  const type = attributeOf(element, "type", XSI);
  return type?.slice(type.indexOf(":") + 1).trim();
}

/** A new element; attributes without a value are left out. */
export function newElement(
  format: Format,
  local: string,
  attributes: Readonly<Record<string, string | undefined>> = {},
  children: readonly XmlNode[] = [],
): XmlElement {
  const given = Object.entries(attributes).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return makeElement({
    name: format.prefix + local,
    namespace: format.namespace,
    attributes: given.map(([name, value]) =>
      name === "xsi:type" ? { ...xsiType(format), value } : makeAttribute(name, value),
    ),
    children,
  });
}

export const xsiType = (format: Pick<Format, "xsi">): Omit<XmlAttribute, "value"> => ({
  name: `${format.xsi}type`,
  namespace: XSI,
  local: "type",
});

/** The place of a child among those of its parent; undefined for what is not of the format. */
export function rankOf(format: Format, parent: Parent, child: XmlNode): number | undefined {
  if (child.kind !== "element") return undefined;
  // Version 2.1 has the metadata first.
  if (format.namespace === EXCHANGE_2 && parent === "model" && child.local === "metadata") return -1;
  return RANKS[parent].get(child.namespace === format.namespace ? child.local : "*");
}

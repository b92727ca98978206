import type { Bounds, Point, Properties, Value, ViewConnection, ViewNode } from "../graph.ts";
import { attributeOf, childrenOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import { typeOf, type Format } from "./exchange-format.ts";
import { readStyle } from "./styles.ts";
import { readText } from "./texts.ts";

/** The type of a box or line that is left out of the graph, because it goes without saying. */
export const usualNodeType = (element: string | undefined): string =>
  element === undefined ? "Label" : "Element";
export const usualConnectionType = (relation: string | undefined): string =>
  relation === undefined ? "Line" : "Relationship";

export const nodeType = ({ element, properties }: Pick<ViewNode, "element" | "properties">): Value =>
  properties["type"] ?? usualNodeType(element);
export const connectionType = ({
  relation,
  properties,
}: Pick<ViewConnection, "relation" | "properties">): Value =>
  properties["type"] ?? usualConnectionType(relation);

/** The attributes with which a box names what it stands for. */
export function nodeReferences(node: Pick<ViewNode, "element" | "properties">): {
  readonly elementRef: string | undefined;
  readonly conceptRef: string | undefined;
} {
  const concept = node.properties["conceptRef"];
  const other = typeof concept === "string" ? concept : undefined;
  return nodeType(node) === "Label"
    ? { elementRef: undefined, conceptRef: node.element ?? other }
    : { elementRef: node.element, conceptRef: other };
}

/** Undefined unless all four numbers are there. */
export function readBounds(node: XmlElement): Bounds | undefined {
  const [x, y, width, height] = ["x", "y", "w", "h"].map((name) => numberAt(node, name));
  if (x === undefined || y === undefined || width === undefined || height === undefined) return undefined;
  return { x, y, width, height };
}

export const boundsAttributes = (
  bounds: Bounds | undefined,
): Readonly<Record<string, string | undefined>> => ({
  x: bounds && String(bounds.x),
  y: bounds && String(bounds.y),
  w: bounds && String(bounds.width),
  h: bounds && String(bounds.height),
});

function numberAt(node: XmlElement, name: string): number | undefined {
  const text = attributeOf(node, name)?.trim();
  const number = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

const readPoint = (node: XmlElement): Point => ({ x: numberAt(node, "x") ?? 0, y: numberAt(node, "y") ?? 0 });

export const readPoints = (shape: XmlElement, local: string, format: Format): readonly Point[] =>
  childrenOf(shape, format.namespace, local).map(readPoint);

export const ATTACHMENTS = ["sourceAttachment", "targetAttachment"] as const;
export const TEXTS = ["label", "documentation"] as const;

/** What a box or line has of its own: type if unusual, texts, drill-downs, style, where a line is attached. */
export function readShapeProperties(shape: XmlElement, usualType: string, format: Format): Properties {
  const properties: Record<string, Value> = {};
  const type = typeOf(shape) ?? "";
  if (type !== usualType) properties["type"] = type;
  for (const name of TEXTS) {
    const text = readText(shape, name, format);
    if (text !== undefined) properties[name] = text;
  }
  const refs = viewReferences(shape, format);
  if (refs.length > 0) properties["viewRef"] = refs.length === 1 ? (refs[0] ?? "") : refs;
  for (const name of ATTACHMENTS) {
    const [point] = readPoints(shape, name, format);
    if (point) properties[name] = { ...point };
  }
  return { ...properties, ...readStyle(shape, format) };
}

const viewReferences = (shape: XmlElement, format: Format): string[] =>
  childrenOf(shape, format.namespace, "viewRef").map((node) => attributeOf(node, "ref") ?? "");

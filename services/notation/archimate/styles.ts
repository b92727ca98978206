import type { Properties, Value } from "../graph.ts";
import { sameValue } from "../graph-draft.ts";
import { makeAttribute, withAttribute } from "../xml/make-xml.ts";
import { attributeOf, childOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import { withChild, withoutEmptied, withReplaced, type Place } from "./edit-children.ts";
import { newElement, type Format } from "./exchange-format.ts";

/** Where a colour of a box or line is in its style, and what the graph calls it and its opacity (0 to 100). */
const COLORS = [
  { path: ["lineColor"], color: "lineColor", alpha: "lineAlpha" },
  { path: ["fillColor"], color: "fillColor", alpha: "fillAlpha" },
  { path: ["font", "color"], color: "fontColor", alpha: "fontAlpha" },
] as const;

const ATTRIBUTES = [
  { path: [], attribute: "lineWidth", property: "lineWidth", numeric: true },
  { path: ["font"], attribute: "name", property: "fontName", numeric: false },
  { path: ["font"], attribute: "size", property: "fontSize", numeric: true },
  { path: ["font"], attribute: "style", property: "fontStyle", numeric: false },
] as const;

/** Properties of boxes and lines that are their style. */
export const STYLE_PROPERTIES: readonly string[] = [
  ...COLORS.flatMap(({ color, alpha }) => [color, alpha]),
  ...ATTRIBUTES.map(({ property }) => property),
];
export const COLOR_PROPERTIES: readonly string[] = COLORS.map(({ color }) => color);
export const NUMBER_PROPERTIES: readonly string[] = [
  ...COLORS.map(({ alpha }) => alpha),
  ...ATTRIBUTES.filter(({ numeric }) => numeric).map(({ property }) => property),
];

export function readStyle(shape: XmlElement, format: Format): Properties {
  const style = childOf(shape, format.namespace, "style");
  if (!style) return {};
  const properties: Record<string, Value> = {};
  for (const { path, color, alpha } of COLORS) {
    const node = atPath(style, path, format);
    const hex = node && hexOf(node);
    if (!node || hex === undefined) continue;
    properties[color] = hex;
    const opacity = attributeOf(node, "a");
    if (opacity !== undefined) properties[alpha] = numberOf(opacity);
  }
  for (const { path, attribute, property, numeric } of ATTRIBUTES) {
    const node = atPath(style, path, format);
    const text = node && attributeOf(node, attribute);
    if (text !== undefined) properties[property] = numeric ? numberOf(text) : text;
  }
  return properties;
}

function atPath(style: XmlElement, path: readonly string[], format: Format): XmlElement | undefined {
  let node: XmlElement | undefined = style;
  for (const local of path) node = node && childOf(node, format.namespace, local);
  return node;
}

const numberOf = (text: string): Value =>
  text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;

/** "#rrggbb" of r, g and b; undefined when they are no colour. */
function hexOf(node: XmlElement): string | undefined {
  const parts = ["r", "g", "b"].map((name) => Number(attributeOf(node, name) ?? "-1"));
  if (!parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255)) return undefined;
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** The box or line with the style of `now`, where it differs from `was`. */
export function writeStyle(shape: XmlElement, was: Properties, now: Properties, place: Place): XmlElement {
  const changed = STYLE_PROPERTIES.filter((name) => !sameValue(was[name], now[name]));
  if (changed.length === 0) return shape;
  const { format } = place;
  const there = childOf(shape, format.namespace, "style");
  let style = there ?? newElement(format, "style");
  const inside: Place = { format, parent: "style", depth: place.depth + 1 };
  for (const { path, color, alpha } of COLORS)
    if (changed.includes(color) || changed.includes(alpha))
      style = editAt(style, path, inside, (node) => withColor(node, now[color], now[alpha]));
  for (const { path, attribute, property } of ATTRIBUTES)
    if (changed.includes(property))
      style = editAt(style, path, inside, (node) => withSet(node, attribute, now[property]));
  if (isBare(style)) return there ? withoutEmptied(shape, there, style) : shape;
  return there ? withReplaced(shape, new Map([[there, style]])) : withChild(shape, style, place);
}

/** The style with an edit of what is at a path: made when it is missing, gone when nothing is left of it. */
function editAt(
  style: XmlElement,
  path: readonly string[],
  place: Place,
  edit: (node: XmlElement) => XmlElement,
): XmlElement {
  const [local, ...rest] = path;
  if (local === undefined) return edit(style);
  const { format } = place;
  const there = childOf(style, format.namespace, local);
  const edited = editAt(there ?? newElement(format, local), rest, { ...place, depth: place.depth + 1 }, edit);
  if (isBare(edited)) return there ? withoutEmptied(style, there, edited) : style;
  return there ? withReplaced(style, new Map([[there, edited]])) : withChild(style, edited, place);
}

const isBare = (node: XmlElement): boolean =>
  node.attributes.length === 0 && !node.children.some(({ kind }) => kind === "element");

function withColor(node: XmlElement, color: Value | undefined, alpha: Value | undefined): XmlElement {
  if (typeof color !== "string")
    return ["r", "g", "b", "a"].reduce((left, name) => withSet(left, name), node);
  const parts =
    /^#?(..)(..)(..)/
      .exec(color)
      ?.slice(1)
      .map((part) => Number.parseInt(part, 16)) ?? [];
  const painted = ["r", "g", "b"].reduce((left, name, i) => withSet(left, name, parts[i] || 0), node);
  return withSet(painted, "a", alpha);
}

const withSet = (node: XmlElement, name: string, value?: Value): XmlElement => ({
  ...node,
  attributes: withAttribute(
    node.attributes,
    makeAttribute(name, ""),
    value === undefined ? value : String(value),
  ),
});

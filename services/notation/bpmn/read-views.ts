import type { Bounds, Point, Properties, Value, View, ViewConnection, ViewNode } from "../graph.ts";
import { attributeOf, elementsOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import { idOf, type FileIds } from "./file-ids.ts";
import { BIOC_NAMESPACE, COLOR_NAMESPACE } from "./namespaces.ts";
import { parseScalar } from "./read-fields.ts";

/** What of a shape or edge is a property, with its type. */
export const SHAPE_ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ["isHorizontal", "boolean"],
  ["isExpanded", "boolean"],
  ["isMarkerVisible", "boolean"],
  ["isMessageVisible", "boolean"],
  ["participantBandKind", "string"],
  ["choreographyActivityShape", "string"],
]);
export const EDGE_ATTRIBUTES: ReadonlyMap<string, string> = new Map([["messageVisibleKind", "string"]]);

/** The two spellings of a colour, the one of the OMG first. */
export const COLORS: ReadonlyMap<string, readonly [string, string]> = new Map([
  ["fill", ["background-color", "fill"]],
  ["stroke", ["border-color", "stroke"]],
]);

export interface ViewItems {
  readonly views: ReadonlyMap<string, View>;
  readonly places: ReadonlyMap<string, XmlElement>;
  /** By view: where its nodes and connections stand in the file. */
  readonly inside: ReadonlyMap<string, ReadonlyMap<string, XmlElement>>;
}

/** The diagrams of a file. Their elements are known by name alone: drafts of the standard had other namespaces. */
export function readViews(root: XmlElement, ids: FileIds): ViewItems {
  const views = new Map<string, View>();
  const places = new Map<string, XmlElement>();
  const inside = new Map<string, ReadonlyMap<string, XmlElement>>();
  const diagrams = elementsNamed(root, "BPMNDiagram");
  for (const [i, node] of diagrams.entries()) {
    const id = ids.claim(node, `BPMNDiagram_${i + 1}`);
    const drawn = new Map<string, XmlElement>();
    views.set(id, readView(node, id, ids, drawn));
    places.set(id, node);
    inside.set(id, drawn);
  }
  return { views, places, inside };
}

function readView(node: XmlElement, id: string, ids: FileIds, drawn: Map<string, XmlElement>): View {
  const plane = planeOf(node);
  const element = plane && attributeOf(plane, "bpmnElement");
  const resolution = attributeOf(node, "resolution");
  const nodes = new Map<string, ViewNode>();
  const connections = new Map<string, ViewConnection>();
  for (const child of plane ? elementsOf(plane) : []) {
    if (child.local !== "BPMNShape" && child.local !== "BPMNEdge") continue;
    const drawnId = claimDrawn(child, drawn, ids);
    drawn.set(drawnId, child);
    if (child.local === "BPMNShape") nodes.set(drawnId, readShape(child, drawnId, ids));
    else connections.set(drawnId, readEdge(child, drawnId, ids));
  }
  return {
    id,
    type: "",
    name: attributeOf(node, "name") ?? "",
    ...(element !== undefined && { element: ids.resolve(element) }),
    documentation: attributeOf(node, "documentation") ?? "",
    properties: resolution === undefined ? {} : { resolution: numberIn(resolution) ?? resolution },
    nodes,
    connections,
  };
}

/** Ids of shapes need to be unique within their view only. */
function claimDrawn(node: XmlElement, drawn: ReadonlyMap<string, XmlElement>, ids: FileIds): string {
  const own = idOf(node);
  if (own !== undefined && !drawn.has(own)) return own;
  ids.derived.add(node);
  const of = attributeOf(node, "bpmnElement");
  const start = own ?? (of === undefined ? node.local : `${ids.resolve(of)}_di`);
  let made = start;
  for (let n = 2; drawn.has(made); n++) made = `${start}_${n}`;
  return made;
}

function readShape(node: XmlElement, id: string, ids: FileIds): ViewNode {
  const element = attributeOf(node, "bpmnElement");
  const bounds = boundsOf(node);
  const label = labelOf(node);
  return {
    id,
    ...(element !== undefined && { element: ids.resolve(element) }),
    ...(bounds && { bounds }),
    ...(label && { label }),
    properties: readLook(node, SHAPE_ATTRIBUTES, ids),
  };
}

/** The ends of an edge are those of its relation; what the file says besides stays there. */
function readEdge(node: XmlElement, id: string, ids: FileIds): ViewConnection {
  const relation = attributeOf(node, "bpmnElement");
  const label = labelOf(node);
  return {
    id,
    ...(relation !== undefined && { relation: ids.resolve(relation) }),
    waypoints: elementsNamed(node, "waypoint").map(pointOf),
    ...(label && { label }),
    properties: readLook(node, EDGE_ATTRIBUTES, ids),
  };
}

function readLook(node: XmlElement, attributes: ReadonlyMap<string, string>, ids: FileIds): Properties {
  const look: Record<string, Value> = {};
  for (const [name, type] of attributes) {
    const text = attributeOf(node, name);
    if (text !== undefined) look[name] = parseScalar(text, type, ids);
  }
  for (const [name, [color, bioc]] of COLORS) {
    const text = attributeOf(node, color, COLOR_NAMESPACE) ?? attributeOf(node, bioc, BIOC_NAMESPACE);
    if (text !== undefined) look[name] = text;
  }
  return look;
}

export const planeOf = (diagram: XmlElement): XmlElement | undefined =>
  elementsNamed(diagram, "BPMNPlane")[0];

export const labelNode = (node: XmlElement): XmlElement | undefined => elementsNamed(node, "BPMNLabel")[0];

function labelOf(node: XmlElement): Bounds | undefined {
  const label = labelNode(node);
  return label && boundsOf(label);
}

/** Undefined where one of the four numbers is missing or none. */
export function boundsOf(node: XmlElement): Bounds | undefined {
  const box = elementsNamed(node, "Bounds")[0];
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) =>
    numberIn(box && attributeOf(box, name)),
  );
  if (x === undefined || y === undefined || width === undefined || height === undefined) return undefined;
  return { x, y, width, height };
}

const pointOf = (node: XmlElement): Point => ({
  x: numberIn(attributeOf(node, "x")) ?? 0,
  y: numberIn(attributeOf(node, "y")) ?? 0,
});

function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

export const elementsNamed = (node: XmlElement, local: string): XmlElement[] =>
  elementsOf(node).filter((child) => child.local === local);

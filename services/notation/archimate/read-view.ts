import type { View, ViewConnection, ViewNode } from "../graph.ts";
import { attributeOf, childrenOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import { typeOf } from "./exchange-format.ts";
import type { Reading, ViewParts } from "./reading.ts";
import { readProperties } from "./properties.ts";
import { readText } from "./texts.ts";
import {
  readBounds,
  readPoints,
  readShapeProperties,
  usualConnectionType,
  usualNodeType,
} from "./view-shapes.ts";

/** What a box or line of a view may stand for. */
export interface Concepts {
  readonly elements: ReadonlyMap<string, unknown>;
  readonly relations: ReadonlyMap<string, unknown>;
}

export function readView(
  xml: XmlElement,
  id: string,
  reading: Reading,
  concepts: Concepts,
): [View, ViewParts] {
  const { format } = reading;
  const nodes = new Map<string, XmlElement>();
  const parents = new Map<string, string>();
  collectNodes(xml, undefined, reading, nodes, parents);
  const lines = new Map<string, XmlElement>();
  for (const line of childrenOf(xml, format.namespace, "connection")) {
    const lineId = reading.localId(line, "connection", (taken) => nodes.has(taken) || lines.has(taken));
    if (lineId !== undefined) lines.set(lineId, line);
  }
  const view: View = {
    id,
    type: typeOf(xml) ?? "",
    name: readText(xml, "name", format) ?? "",
    documentation: readText(xml, "documentation", format) ?? "",
    properties: readProperties(xml, format, reading.definitions),
    nodes: new Map(
      [...nodes].map(([nodeId, node]) => [
        nodeId,
        readNode(node, nodeId, parents.get(nodeId), reading, concepts),
      ]),
    ),
    connections: new Map(
      [...lines].map(([lineId, line]) => {
        const isEnd = (end: string): boolean => nodes.has(end) || lines.has(end);
        return [lineId, readConnection(line, lineId, reading, concepts, isEnd)];
      }),
    ),
  };
  return [view, { xml, nodes, connections: lines }];
}

/** All boxes of a view, outer ones before those inside. */
function collectNodes(
  container: XmlElement,
  parent: string | undefined,
  reading: Reading,
  nodes: Map<string, XmlElement>,
  parents: Map<string, string>,
): void {
  for (const node of childrenOf(container, reading.format.namespace, "node")) {
    const id = reading.localId(node, "node", (taken) => nodes.has(taken));
    if (id === undefined) continue;
    nodes.set(id, node);
    if (parent !== undefined) parents.set(id, parent);
    collectNodes(node, id, reading, nodes, parents);
  }
}

function readNode(
  node: XmlElement,
  id: string,
  parent: string | undefined,
  reading: Reading,
  concepts: Concepts,
): ViewNode {
  const elementRef = attributeOf(node, "elementRef");
  const conceptRef = attributeOf(node, "conceptRef");
  const isLabel = typeOf(node) === "Label";
  const ref = isLabel ? conceptRef : elementRef;
  const element = ref !== undefined && concepts.elements.has(ref) ? ref : undefined;
  if (!isLabel && elementRef !== undefined && element === undefined)
    reading.dangling(node, `The box ${id} stands for the element ${elementRef}, which is not there.`, id);
  const bounds = readBounds(node);
  if (!bounds)
    reading.warn(
      node,
      "MISSING_BOUNDS",
      `The box ${id} has no place: x, y, w and h are not all numbers.`,
      id,
    );
  const properties = readShapeProperties(node, usualNodeType(element), reading.format);
  return {
    id,
    ...(element !== undefined && { element }),
    ...(parent !== undefined && { parent }),
    ...(bounds && { bounds }),
    properties:
      conceptRef !== undefined && (!isLabel || element === undefined)
        ? { ...properties, conceptRef }
        : properties,
  };
}

function readConnection(
  line: XmlElement,
  id: string,
  reading: Reading,
  { relations }: Concepts,
  isEnd: (id: string) => boolean,
): ViewConnection {
  const { format } = reading;
  const relation = attributeOf(line, "relationshipRef");
  const known = relation !== undefined && relations.has(relation) ? relation : undefined;
  if (relation !== undefined && known === undefined)
    reading.dangling(line, `The line ${id} stands for the relationship ${relation}, which is not there.`, id);
  const ends = (["source", "target"] as const).flatMap((name) => {
    const end = attributeOf(line, name);
    if (end === undefined) return [];
    if (isEnd(end)) return [[name, end]];
    reading.dangling(line, `The ${name} of the line ${id}, ${end}, is not in its view.`, id);
    return [];
  });
  return {
    id,
    ...(known !== undefined && { relation: known }),
    ...Object.fromEntries(ends),
    waypoints: readPoints(line, "bendpoint", format),
    properties: readShapeProperties(line, usualConnectionType(known), format),
  };
}

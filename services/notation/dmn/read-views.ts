import type { Bounds, Element, Point, Relation, View, ViewConnection, ViewNode } from "../graph.ts";
import { attributeOf, elementsOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import { child, children } from "./fields.ts";
import { CONNECTION_FIELDS, NODE_FIELDS, readProperties, VIEW_FIELDS } from "./item-fields.ts";
import type { ItemIds } from "./item-ids.ts";
import { AMEIDE_NAMESPACE } from "./namespaces.ts";

export interface ReadViews {
  readonly views: ReadonlyMap<string, View>;
  readonly places: ReadonlyMap<string, XmlElement>;
  readonly inside: ReadonlyMap<string, ReadonlyMap<string, XmlElement>>;
}

export const drawingsOf = (root: XmlElement): XmlElement | undefined =>
  elementsOf(root).find(({ local, namespace }) => local === "DMNDI" && namespace !== "");

export function readViews(
  root: XmlElement,
  ids: ItemIds,
  elements: ReadonlyMap<string, Element>,
  relations: ReadonlyMap<string, Relation>,
): ReadViews {
  const [views, places] = [new Map<string, View>(), new Map<string, XmlElement>()];
  const inside = new Map<string, ReadonlyMap<string, XmlElement>>();
  const drawings = drawingsOf(root);
  for (const diagram of drawings ? children(drawings, "DMNDiagram") : []) {
    const id = ids.claim(diagram, "model_DMNDiagram");
    const reader = new ViewReader(diagram, ids, { elements, relations });
    const element = attributeOf(diagram, "element", AMEIDE_NAMESPACE);
    places.set(id, diagram);
    inside.set(id, reader.places);
    views.set(id, {
      id,
      type: attributeOf(diagram, "type", AMEIDE_NAMESPACE) ?? "",
      name: attributeOf(diagram, "name") ?? "",
      ...(element !== undefined && { element }),
      documentation: attributeOf(diagram, "documentation") ?? "",
      properties: readProperties(diagram, VIEW_FIELDS),
      nodes: reader.nodes,
      connections: reader.connections,
    });
  }
  return { views, places, inside };
}

interface Known {
  readonly elements: ReadonlyMap<string, Element>;
  readonly relations: ReadonlyMap<string, Relation>;
}

class ViewReader {
  readonly nodes = new Map<string, ViewNode>();
  readonly connections = new Map<string, ViewConnection>();
  readonly places = new Map<string, XmlElement>();
  readonly #known: Known;

  constructor(diagram: XmlElement, ids: ItemIds, known: Known) {
    this.#known = known;
    const inView = ids.within();
    for (const node of children(diagram, "DMNShape")) this.#node(node, inView.claim(node, "DMNShape"));
    const ends = nodesByElement(this.nodes);
    for (const node of children(diagram, "DMNEdge"))
      this.#connection(node, inView.claim(node, "DMNEdge"), ends);
  }

  #node(node: XmlElement, id: string): void {
    const element = this.#referenced(attributeOf(node, "dmnElementRef"), this.#known.elements);
    const parent = attributeOf(node, "parent", AMEIDE_NAMESPACE);
    const bounds = boundsIn(node);
    const label = labelOf(node);
    this.places.set(id, node);
    this.nodes.set(id, {
      id,
      ...(element !== undefined && { element }),
      ...(parent !== undefined && { parent }),
      ...(bounds && { bounds }),
      ...(label && { label }),
      properties: readProperties(node, NODE_FIELDS),
    });
  }

  #connection(node: XmlElement, id: string, ends: ReadonlyMap<string, string>): void {
    const relation = this.#referenced(attributeOf(node, "dmnElementRef"), this.#known.relations);
    const known = this.#known.relations.get(relation ?? "");
    const source = this.#end(node, "sourceElement", ends.get(known?.source ?? ""));
    const target = this.#end(node, "targetElement", ends.get(known?.target ?? ""));
    const label = labelOf(node);
    this.places.set(id, node);
    this.connections.set(id, {
      id,
      ...(relation !== undefined && { relation }),
      ...(source !== undefined && { source }),
      ...(target !== undefined && { target }),
      waypoints: children(node, "waypoint").flatMap((point) => pointOf(point) ?? []),
      ...(label && { label }),
      properties: readProperties(node, CONNECTION_FIELDS),
    });
  }

  /** Said only where it is not the first box of the relation's end, the usual one. */
  #end(edge: XmlElement, name: string, usual: string | undefined): string | undefined {
    if (isNoEnd(edge, name)) return undefined;
    const reference = attributeOf(edge, name)?.trim() ?? "";
    return [reference, localOf(reference)].find((id) => this.nodes.has(id)) ?? usual;
  }

  /** References are qualified names; what is unknown stays as it is. */
  #referenced(reference: string | undefined, items: ReadonlyMap<string, unknown>): string | undefined {
    if (reference === undefined || reference.trim() === "") return undefined;
    const id = reference.trim();
    return !items.has(id) && items.has(localOf(id)) ? localOf(id) : id;
  }
}

/** Ours: the line ends at no box, although there is one. */
export const isNoEnd = (edge: XmlElement, name: string): boolean =>
  attributeOf(edge, name, AMEIDE_NAMESPACE) === "";

const localOf = (name: string): string => name.slice(name.indexOf(":") + 1);

/** The first box of each element. */
export function nodesByElement(nodes: ReadonlyMap<string, ViewNode>): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const { id, element } of nodes.values())
    if (element !== undefined && !first.has(element)) first.set(element, id);
  return first;
}

function labelOf(node: XmlElement): Bounds | undefined {
  const label = child(node, "DMNLabel");
  return label && boundsIn(label);
}

const numbersOf = (node: XmlElement, ...names: readonly string[]): number[] =>
  names.map((name) => {
    const text = attributeOf(node, name)?.trim() ?? "";
    return text === "" ? Number.NaN : Number(text);
  });

function boundsIn(holder: XmlElement): Bounds | undefined {
  const node = child(holder, "Bounds");
  const [x = NaN, y = NaN, width = NaN, height = NaN] = node
    ? numbersOf(node, "x", "y", "width", "height")
    : [];
  return [x, y, width, height].every(Number.isFinite) && width >= 0 && height >= 0
    ? { x, y, width, height }
    : undefined;
}

export function pointOf(node: XmlElement): Point | undefined {
  const [x = NaN, y = NaN] = numbersOf(node, "x", "y");
  return Number.isFinite(x) && Number.isFinite(y) ? { x, y } : undefined;
}

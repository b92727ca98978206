import { sameValue } from "../graph-draft.ts";
import type { Bounds, Graph, Properties, Value, View, ViewConnection, ViewNode } from "../graph.ts";
import { attributeOf, descendantsOf } from "../xml/query-xml.ts";
import type { BpmnSource } from "./bpmn-source.ts";
import {
  BIOC_NAMESPACE,
  COLOR_NAMESPACE,
  DD_DC_NAMESPACE,
  DD_DI_NAMESPACE,
  DI_NAMESPACE,
} from "./namespaces.ts";
import { COLORS, EDGE_ATTRIBUTES, labelNode, planeOf, SHAPE_ATTRIBUTES } from "./read-views.ts";
import {
  attach,
  detach,
  draftChildren,
  draftElement,
  setAttribute,
  type Draft,
  type DraftElement,
} from "./xml-draft.ts";

/** Writes the differences between the diagrams of a file and the views of a graph. */
export class ViewWriter {
  readonly #root: DraftElement;
  readonly #was: Graph;
  readonly #now: Graph;
  readonly #namespaces: Namespaces;
  readonly views = new Map<string, DraftElement>();
  /** By view. */
  readonly drawn = new Map<string, Map<string, DraftElement>>();
  readonly #refer: (id: string) => void;

  constructor(draft: Draft, source: BpmnSource, now: Graph, refer: (id: string) => void) {
    this.#root = draft.root;
    this.#was = source.graph;
    this.#now = now;
    this.#refer = refer;
    this.#namespaces = namespacesOf(draft.root);
    for (const [id, places] of source.places.drawn) {
      const node = source.places.items.get(id);
      if (node) this.views.set(id, draft.at(node));
      this.drawn.set(id, new Map([...places].map(([inner, at]) => [inner, draft.at(at)])));
    }
  }

  write(): void {
    for (const id of this.#was.views.keys()) {
      const node = this.views.get(id);
      if (node && !this.#now.views.has(id)) detach(node);
    }
    for (const [id, view] of this.#now.views) {
      const was = this.#was.views.get(id);
      if (was !== view) this.#view(was, view);
    }
    this.#freeEnds();
  }

  #view(was: View | undefined, now: View): void {
    const diagram = was ? this.views.get(now.id) : undefined;
    const node = diagram ?? this.#newDiagram(now.id);
    this.views.set(now.id, node);
    if ((was?.name ?? "") !== now.name) setAttribute(node, "name", now.name === "" ? undefined : now.name);
    if ((was?.documentation ?? "") !== now.documentation)
      setAttribute(node, "documentation", now.documentation === "" ? undefined : now.documentation);
    const resolution = now.properties["resolution"];
    if (was?.properties["resolution"] !== resolution) setAttribute(node, "resolution", text(resolution));
    const known = planeWithin(node);
    // A file may lack the plane that a diagram has to have; as long as nothing is drawn, it stays as it came.
    if (!known && was?.element === now.element && now.nodes.size + now.connections.size === 0) return;
    const plane = known ?? this.#newPlane(node, now.id);
    if (was?.element !== now.element) this.#setElement(plane, now.element);
    this.#drawings(plane, was, now);
  }

  #newDiagram(id: string): DraftElement {
    const node = draftElement(this.#root, this.#namespaces.di, "BPMNDiagram");
    setAttribute(node, "id", id);
    const after = draftChildren(this.#root).find(({ local }) => local === "relationship");
    attach(this.#root, node, after);
    this.#newPlane(node, id);
    this.drawn.set(id, new Map());
    return node;
  }

  #newPlane(diagram: DraftElement, id: string): DraftElement {
    const plane = draftElement(diagram, this.#namespaces.di, "BPMNPlane");
    setAttribute(plane, "id", `${id}_plane`);
    attach(diagram, plane, draftChildren(diagram)[0]);
    return plane;
  }

  #setElement(node: DraftElement, id: string | undefined): void {
    setAttribute(node, "bpmnElement", id);
    if (id !== undefined) this.#refer(id);
  }

  #drawings(plane: DraftElement, was: View | undefined, now: View): void {
    const drawn = this.drawn.get(now.id) ?? new Map<string, DraftElement>();
    this.drawn.set(now.id, drawn);
    const gone = [...(was?.nodes.keys() ?? []), ...(was?.connections.keys() ?? [])];
    for (const id of gone) {
      const node = drawn.get(id);
      if (node && !now.nodes.has(id) && !now.connections.has(id)) detach(node);
    }
    for (const [id, node] of now.nodes) this.#shape(plane, drawn, was?.nodes.get(id), node);
    for (const [id, edge] of now.connections) this.#edge(plane, drawn, was?.connections.get(id), edge);
  }

  #shape(
    plane: DraftElement,
    drawn: Map<string, DraftElement>,
    was: ViewNode | undefined,
    now: ViewNode,
  ): void {
    if (was === now) return;
    const node = (was && drawn.get(now.id)) ?? this.#newDrawing(plane, "BPMNShape", now.id);
    drawn.set(now.id, node);
    if (was?.element !== now.element) this.#setElement(node, now.element);
    this.#look(node, SHAPE_ATTRIBUTES, was?.properties ?? {}, now.properties);
    if (!sameValue(was?.bounds, now.bounds)) this.#bounds(node, now.bounds);
    if (!sameValue(was?.label, now.label)) this.#label(node, now.label);
  }

  #edge(
    plane: DraftElement,
    drawn: Map<string, DraftElement>,
    was: ViewConnection | undefined,
    now: ViewConnection,
  ): void {
    const node = (was && drawn.get(now.id)) ?? this.#newDrawing(plane, "BPMNEdge", now.id);
    drawn.set(now.id, node);
    if (was === now) return;
    if (was?.relation !== now.relation) this.#setElement(node, now.relation);
    this.#look(node, EDGE_ATTRIBUTES, was?.properties ?? {}, now.properties);
    if (!sameValue(was?.waypoints, now.waypoints)) this.#waypoints(node, now);
    if (!sameValue(was?.label, now.label)) this.#label(node, now.label);
  }

  /** Ends that an edge names beside its relation are wrong as soon as the relation has others. */
  #freeEnds(): void {
    for (const [viewId, { connections }] of this.#now.views)
      for (const { id, relation = "" } of connections.values()) {
        const [was, now] = [this.#was.relations.get(relation), this.#now.relations.get(relation)];
        const node = this.drawn.get(viewId)?.get(id);
        if (!was || !now || !node) continue;
        if (was.source !== now.source) setAttribute(node, "sourceElement", undefined);
        if (was.target !== now.target) setAttribute(node, "targetElement", undefined);
      }
  }

  /** Shapes stand before edges, as most tools write them. */
  #newDrawing(plane: DraftElement, local: "BPMNShape" | "BPMNEdge", id: string): DraftElement {
    const node = draftElement(plane, this.#namespaces.di, local);
    setAttribute(node, "id", id);
    const siblings = draftChildren(plane);
    const last = siblings.findLastIndex((sibling) => sibling.local === "BPMNShape");
    attach(plane, node, local === "BPMNShape" ? siblings[last + 1] : undefined);
    return node;
  }

  #look(node: DraftElement, attributes: ReadonlyMap<string, string>, was: Properties, now: Properties): void {
    if (was === now) return;
    for (const name of attributes.keys())
      if (was[name] !== now[name]) setAttribute(node, name, text(now[name]));
    for (const [name, [color, bioc]] of COLORS) {
      if (was[name] === now[name]) continue;
      const value = text(now[name]);
      const hasColor = attributeOf(node, color, COLOR_NAMESPACE) !== undefined;
      const hasBioc = attributeOf(node, bioc, BIOC_NAMESPACE) !== undefined;
      if (hasColor || !hasBioc) setAttribute(node, color, value, COLOR_NAMESPACE);
      if (hasBioc || !hasColor) setAttribute(node, bioc, value, BIOC_NAMESPACE);
    }
  }

  #bounds(node: DraftElement, bounds: Bounds | undefined): void {
    const there = draftChildren(node).find(({ local }) => local === "Bounds");
    if (!bounds) {
      if (there) detach(there);
      return;
    }
    const box = there ?? draftElement(node, this.#namespaces.dc, "Bounds");
    if (!there) attach(node, box, labelWithin(node));
    for (const side of ["x", "y", "width", "height"] as const) setNumber(box, side, bounds[side]);
  }

  #label(node: DraftElement, bounds: Bounds | undefined): void {
    const there = labelWithin(node);
    if (!bounds) {
      if (!there) return;
      this.#bounds(there, undefined);
      const isEmpty =
        draftChildren(there).length === 0 && there.attributes.every(({ name }) => name === "id");
      if (isEmpty) detach(there);
      return;
    }
    const label = there ?? draftElement(node, this.#namespaces.di, "BPMNLabel");
    if (!there) attach(node, label);
    this.#bounds(label, bounds);
  }

  #waypoints(node: DraftElement, { waypoints }: ViewConnection): void {
    const there = draftChildren(node).filter(({ local }) => local === "waypoint");
    for (const [i, { x, y }] of waypoints.entries()) {
      const point = there[i] ?? draftElement(node, this.#namespaces.waypoint, "waypoint");
      if (!there[i]) attach(node, point, labelWithin(node));
      setNumber(point, "x", x);
      setNumber(point, "y", y);
    }
    for (const extra of there.slice(waypoints.length)) detach(extra);
  }
}

interface Namespaces {
  readonly di: string;
  readonly dc: string;
  readonly waypoint: string;
}

/** Those that the file uses: drafts of the standard had others. */
function namespacesOf(root: DraftElement): Namespaces {
  const found = new Map<string, string>();
  for (const { local, namespace } of descendantsOf(root))
    if (local === "BPMNDiagram" || local === "Bounds" || local === "waypoint")
      if (!found.has(local)) found.set(local, namespace);
  return {
    di: found.get("BPMNDiagram") ?? DI_NAMESPACE,
    dc: found.get("Bounds") ?? DD_DC_NAMESPACE,
    waypoint: found.get("waypoint") ?? DD_DI_NAMESPACE,
  };
}

const planeWithin = (diagram: DraftElement) => planeOf(diagram) as DraftElement | undefined;
const labelWithin = (node: DraftElement) => labelNode(node) as DraftElement | undefined;

/** A number that is the same is left as it is written. */
function setNumber(node: DraftElement, name: string, value: number): void {
  const old = attributeOf(node, name);
  if (old === undefined || Number(old) !== value) setAttribute(node, name, String(value));
}

const text = (value: Value | undefined): string | undefined =>
  value === undefined || value === null ? undefined : String(value);

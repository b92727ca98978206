import type { Change } from "../../change.ts";
import type { Bounds, Graph, View, ViewNode } from "../../graph.ts";
import { newShapeId } from "./new-shape-id.ts";

/** A view while something is drawn in it. */
export class ViewSheet {
  readonly graph: Graph;
  readonly view: View;
  readonly changes: Change[] = [];
  readonly #nodes: Map<string, ViewNode>;
  readonly #boxOf = new Map<string, ViewNode>();
  readonly #lineOf = new Map<string, string>();
  readonly #taken: Set<string>;

  constructor(graph: Graph, view: View, taken: Set<string>) {
    this.graph = graph;
    this.view = view;
    this.#taken = taken;
    this.#nodes = new Map(view.nodes);
    for (const node of view.nodes.values())
      // A label may show a part of what a box stands for.
      if (node.element !== undefined && node.properties["type"] !== "Label" && !this.#boxOf.has(node.element))
        this.#boxOf.set(node.element, node);
    for (const { id, relation } of view.connections.values())
      if (relation !== undefined && !this.#lineOf.has(relation)) this.#lineOf.set(relation, id);
  }

  /** The box of an element; the first, if there are several. */
  boxOf(element: string): ViewNode | undefined {
    return this.#boxOf.get(element);
  }

  lineOf(relation: string): string | undefined {
    return this.#lineOf.get(relation);
  }

  parentOf(node: ViewNode): ViewNode | undefined {
    return node.parent === undefined ? undefined : this.#nodes.get(node.parent);
  }

  /** The places of the boxes inside a box, or of those that are in none. */
  placesIn(parent: string | undefined): Bounds[] {
    const places: Bounds[] = [];
    for (const node of this.#nodes.values())
      if (node.parent === parent && node.bounds) places.push(node.bounds);
    return places;
  }

  hasInside(parent: string): boolean {
    return [...this.#nodes.values()].some((node) => node.parent === parent);
  }

  addBox(element: string, bounds: Bounds, parent: string | undefined, before?: string): ViewNode {
    const id = newShapeId(element, this.view.id, this.#taken);
    const node: ViewNode = { id, element, ...(parent !== undefined && { parent }), bounds, properties: {} };
    this.#nodes.set(id, node);
    this.#boxOf.set(element, node);
    this.changes.push({
      op: "add",
      item: { kind: "node", viewId: this.view.id, value: node },
      ...(before !== undefined && { before }),
    });
    return node;
  }

  /** Says that a box is inside another one; it stays where it is. */
  nest(node: ViewNode, parent: string): void {
    const nested = { ...node, parent };
    this.#nodes.set(node.id, nested);
    if (node.element !== undefined && this.#boxOf.get(node.element)?.id === node.id)
      this.#boxOf.set(node.element, nested);
    this.changes.push({
      op: "set",
      ref: { kind: "node", viewId: this.view.id, id: node.id },
      field: "parent",
      from: node.parent,
      to: parent,
    });
  }

  addLine(relation: string, source: string, target: string): void {
    const id = newShapeId(relation, this.view.id, this.#taken);
    this.#lineOf.set(relation, id);
    const value = { id, relation, source, target, waypoints: [], properties: {} };
    this.changes.push({ op: "add", item: { kind: "connection", viewId: this.view.id, value } });
  }
}

import type { Change, Item } from "../../notation/change.ts";
import type { Element, Graph, Relation, View, ViewConnection, ViewNode } from "../../notation/graph.ts";
import type { ContentCounts } from "./content-state.ts";

/** What a graph says of itself, apart from its items. */
export type GraphHead = Pick<Graph, "notation" | "id" | "name" | "documentation" | "properties">;

export const headOf = ({ notation, id, name, documentation, properties }: Graph): GraphHead => ({
  notation,
  id,
  name,
  documentation,
  properties,
});

/** All items of a graph in document order, a view before what is in it. Views come without nodes and connections. */
export function* itemsOf(graph: Graph): Generator<Item> {
  for (const value of graph.elements.values()) yield { kind: "element", value };
  for (const value of graph.relations.values()) yield { kind: "relation", value };
  for (const view of graph.views.values()) {
    yield { kind: "view", value: { ...view, nodes: new Map(), connections: new Map() } };
    for (const value of view.nodes.values()) yield { kind: "node", viewId: view.id, value };
    for (const value of view.connections.values()) yield { kind: "connection", viewId: view.id, value };
  }
}

/** Makes a graph of its items, in the order in which `itemsOf` gives them. */
export class GraphBuilder {
  readonly #elements = new Map<string, Element>();
  readonly #relations = new Map<string, Relation>();
  readonly #views = new Map<string, View>();
  #nodes = new Map<string, ViewNode>();
  #connections = new Map<string, ViewConnection>();

  add(item: Item): void {
    const { value } = item;
    if (item.kind === "element") this.#elements.set(value.id, item.value);
    else if (item.kind === "relation") this.#relations.set(value.id, item.value);
    else if (item.kind === "node") this.#nodes.set(value.id, item.value);
    else if (item.kind === "connection") this.#connections.set(value.id, item.value);
    else {
      this.#nodes = new Map();
      this.#connections = new Map();
      this.#views.set(value.id, { ...item.value, nodes: this.#nodes, connections: this.#connections });
    }
  }

  graph(head: GraphHead): Graph {
    return { ...head, elements: this.#elements, relations: this.#relations, views: this.#views };
  }
}

export const countsOf = ({ elements, relations, views }: Graph): ContentCounts => ({
  elements: elements.size,
  relations: relations.size,
  views: views.size,
});

/** How much memory it takes, roughly. */
export function sizeOf({ elements, relations, views }: Graph): number {
  let size = elements.size + relations.size + views.size;
  for (const { nodes, connections } of views.values()) size += nodes.size + connections.size;
  return size;
}

/** The counts after the changes. */
export function countsAfter(before: ContentCounts, changes: readonly Change[]): ContentCounts {
  const counts = { elements: before.elements, relations: before.relations, views: before.views };
  for (const change of changes) {
    if (change.op !== "add" && change.op !== "remove") continue;
    const by = change.op === "add" ? 1 : -1;
    if (change.item.kind === "element") counts.elements += by;
    if (change.item.kind === "relation") counts.relations += by;
    if (change.item.kind === "view") counts.views += by;
  }
  return counts;
}

import type { Element, Graph, Relation } from "../../notation/graph.ts";
import { factsOf, type NotationFacts } from "./notation-facts.ts";

/** A relation with its ends as positions among the elements; -1 for an end that is a relation or is not there. */
export interface Edge {
  readonly relation: Relation;
  readonly source: number;
  readonly target: number;
  /** Whether it says what comes after what, or what needs what: cycles, chains and scenarios follow it. */
  readonly flows: boolean;
}

/** A graph by numbers: elements and relations by their position in document order. */
export interface GraphIndex {
  readonly graph: Graph;
  readonly facts: NotationFacts;
  readonly elements: readonly Element[];
  readonly edges: readonly Edge[];
  readonly at: ReadonlyMap<string, number>;
  /** Positions of the edges that leave, and that reach, each element. */
  readonly out: readonly (readonly number[])[];
  readonly in: readonly (readonly number[])[];
  /** The position of each element's container; -1 for none. */
  readonly parent: Int32Array;
  readonly children: readonly (readonly number[])[];
}

const indexes = new WeakMap<Graph, GraphIndex>();

/** Made once for each graph: graphs do not change. */
export function indexOf(graph: Graph): GraphIndex {
  let index = indexes.get(graph);
  if (!index) indexes.set(graph, (index = makeIndex(graph)));
  return index;
}

function makeIndex(graph: Graph): GraphIndex {
  const facts = factsOf(graph.notation);
  const elements = [...graph.elements.values()];
  const at = new Map(elements.map(({ id }, position) => [id, position]));
  const place = (id: string | undefined) => (id === undefined ? -1 : (at.get(id) ?? -1));
  const edges = [...graph.relations.values()].map((relation) => ({
    relation,
    source: place(relation.source),
    target: place(relation.target),
    flows: facts.flows(relation),
  }));
  const [out, into, children] = [listsOf(elements), listsOf(elements), listsOf(elements)];
  for (const [position, { source, target }] of edges.entries()) {
    out[source]?.push(position);
    into[target]?.push(position);
  }
  const parent = withoutCycles(Int32Array.from(elements, (element) => place(element.parent)));
  for (const [position, container] of parent.entries()) children[container]?.push(position);
  return { graph, facts, elements, edges, at, out, in: into, parent, children };
}

const listsOf = (items: readonly unknown[]): number[][] => items.map(() => []);

/** In a broken file an element may contain itself, by way of others: those stand in the model itself then. */
function withoutCycles(parent: Int32Array): Int32Array {
  const checked = new Uint8Array(parent.length);
  for (let at = 0; at < parent.length; at++) {
    const way = new Set<number>();
    let up = at;
    while (up >= 0 && checked[up] === 0 && !way.has(up)) {
      way.add(up);
      up = parent[up] ?? -1;
    }
    if (way.has(up)) parent[up] = -1;
    for (const on of way) checked[on] = 1;
  }
  return parent;
}

/** For each element where the edges that flow lead, without loops to itself; from where, with `backwards`. */
export function flowNeighbours(index: GraphIndex, backwards = false): number[][] {
  return (backwards ? index.in : index.out).map((edges, position) => {
    const ends = edges.flatMap((at) => {
      const edge = index.edges[at];
      const end = backwards ? edge?.source : edge?.target;
      return edge?.flows && end !== undefined && end >= 0 && end !== position ? [end] : [];
    });
    return ends;
  });
}

/** Remembers what is made of a graph for as long as the graph is there. */
export function oncePerGraph<T>(make: (index: GraphIndex) => T): (index: GraphIndex) => T {
  const made = new WeakMap<Graph, { value: T }>();
  return (index) => {
    let known = made.get(index.graph);
    if (!known) made.set(index.graph, (known = { value: make(index) }));
    return known.value;
  };
}

import type { Element, Graph, Relation } from "./graph.ts";

type Elements = Graph["elements"];
type Relations = Graph["relations"];

const NONE: readonly never[] = [];
const CHILDREN = new WeakMap<Elements, ReadonlyMap<string, readonly Element[]>>();
const NAMED = new WeakMap<Elements, ReadonlyMap<string, readonly Element[]>>();
const OUTGOING = new WeakMap<Relations, ReadonlyMap<string, readonly Relation[]>>();
const INCOMING = new WeakMap<Relations, ReadonlyMap<string, readonly Relation[]>>();

/** What the element contains directly, in document order; of "" what nothing contains. */
export const childrenIn = (graph: Graph, id: string): readonly Element[] =>
  grouped(CHILDREN, graph.elements, ({ parent }) => parent ?? "").get(id) ?? NONE;

export const elementsNamed = (graph: Graph, name: string): readonly Element[] =>
  grouped(NAMED, graph.elements, (element) => element.name).get(name) ?? NONE;

export const relationsFrom = (graph: Graph, id: string): readonly Relation[] =>
  grouped(OUTGOING, graph.relations, ({ source }) => source).get(id) ?? NONE;

export const relationsTo = (graph: Graph, id: string): readonly Relation[] =>
  grouped(INCOMING, graph.relations, ({ target }) => target).get(id) ?? NONE;

/** Made once for a version of the map: versions share what they have in common. */
function grouped<V>(
  made: WeakMap<ReadonlyMap<string, V>, ReadonlyMap<string, readonly V[]>>,
  items: ReadonlyMap<string, V>,
  keyOf: (item: V) => string,
): ReadonlyMap<string, readonly V[]> {
  const known = made.get(items);
  if (known) return known;
  const groups = new Map<string, V[]>();
  for (const item of items.values()) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  made.set(items, groups);
  return groups;
}

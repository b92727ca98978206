import type { Graph, Relation } from "../../graph.ts";

/** The relations of a graph by their ends. */
export interface RelationIndex {
  readonly outgoing: ReadonlyMap<string, readonly Relation[]>;
  readonly incoming: ReadonlyMap<string, readonly Relation[]>;
}

const INDEXES = new WeakMap<Graph["relations"], RelationIndex>();

/** Made once for each state of the relations: graphs are never changed in place. */
export function relationIndex({ relations }: Graph): RelationIndex {
  const known = INDEXES.get(relations);
  if (known) return known;
  const index = {
    outgoing: Map.groupBy(relations.values(), ({ source }) => source),
    incoming: Map.groupBy(relations.values(), ({ target }) => target),
  };
  INDEXES.set(relations, index);
  return index;
}

/** The relations of the scope and those at its elements and relations, in document order; all without a scope. */
export function relationsIn(graph: Graph, scope: ReadonlySet<string> | undefined): Iterable<Relation> {
  if (!scope) return graph.relations.values();
  const { outgoing, incoming } = relationIndex(graph);
  const found = new Map<string, Relation>();
  for (const id of scope) {
    const own = graph.relations.get(id);
    for (const relation of [...(own ? [own] : []), ...(outgoing.get(id) ?? []), ...(incoming.get(id) ?? [])])
      found.set(relation.id, relation);
  }
  return found.values();
}

/** The type of an element or relation. */
export const typeAt = ({ elements, relations }: Graph, id: string): string | undefined =>
  elements.get(id)?.type ?? relations.get(id)?.type;

/** What people call an item: its type and name, or its id when it has none. */
export function called(graph: Graph, id: string): string {
  const item = graph.elements.get(id) ?? graph.relations.get(id);
  if (!item) return id;
  return item.name === "" ? `${item.type} ${id}` : `${item.type} "${item.name.slice(0, 60)}"`;
}

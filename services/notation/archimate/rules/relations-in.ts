import type { Graph, Relation } from "../../graph.ts";
import { relationsFrom, relationsTo } from "../../model-index.ts";

/** What leads to an item, then what leads from it. */
export const relationsAt = (graph: Graph, id: string): readonly Relation[] => [
  ...relationsTo(graph, id),
  ...relationsFrom(graph, id),
];

/** The relations of the scope and those at its elements and relations, in document order; all without a scope. */
export function relationsIn(graph: Graph, scope: ReadonlySet<string> | undefined): Iterable<Relation> {
  if (!scope) return graph.relations.values();
  const found = new Set<Relation>();
  for (const id of scope) {
    const own = graph.relations.get(id);
    if (own) found.add(own);
    for (const relation of relationsAt(graph, id)) found.add(relation);
  }
  return found;
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

/** Only the relations that the scope names. */
export function* ownRelations(
  { relations }: Graph,
  scope: ReadonlySet<string> | undefined,
): Generator<Relation> {
  if (!scope) return yield* relations.values();
  for (const id of scope) {
    const relation = relations.get(id);
    if (relation) yield relation;
  }
}

import type { Element, Graph } from "./graph.ts";
import { relationsFrom, relationsTo } from "./model-index.ts";
import type { Vocabulary } from "./notation.ts";

/** An element, and the ids of what leads to it and away from it. */
export interface FoundElement {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Empty for one that stands in the model itself. */
  readonly parentId: string;
  readonly incoming: readonly string[];
  readonly outgoing: readonly string[];
}

interface Query {
  /** An id, or a part of the name; empty: any. */
  readonly text: string;
  /** A type or an alias of it; empty: any. */
  readonly type: string;
  readonly limit: number;
}

/** More than anybody reads. */
const MOST_RELATIONS = 20;

/** Elements by id, name or type: exact ones first, then those that begin so, in document order. */
export function findElements(graph: Graph, vocabulary: Vocabulary, query: Query): FoundElement[] {
  const type = query.type === "" ? "" : (vocabulary.elementType(query.type)?.name ?? query.type);
  const wanted = plain(query.text);
  const ranked: { element: Element; rank: number }[] = [];
  for (const element of graph.elements.values()) {
    if (type !== "" && element.type !== type) continue;
    const rank = element.id === query.text ? 0 : rankOf(plain(element.name), wanted);
    if (rank !== undefined) ranked.push({ element, rank });
  }
  return ranked
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, query.limit)
    .map(({ element }) => foundOf(graph, element));
}

function rankOf(name: string, wanted: string): number | undefined {
  if (name === wanted || wanted === "") return 1;
  if (name.startsWith(wanted)) return 2;
  return name.includes(wanted) ? 3 : undefined;
}

const plain = (text: string): string => text.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, " ").trim();

function foundOf(graph: Graph, { id, type, name, parent = "" }: Element): FoundElement {
  const ids = (relations: readonly { id: string }[]) =>
    relations.slice(0, MOST_RELATIONS).map((relation) => relation.id);
  return {
    id,
    type,
    name,
    parentId: parent,
    incoming: ids(relationsTo(graph, id)),
    outgoing: ids(relationsFrom(graph, id)),
  };
}

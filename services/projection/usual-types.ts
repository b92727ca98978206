import type { LoadedModel } from "../artifact/index.ts";

/** Types that a patch may add: those that the model has most of first, then those that are drawn, then all others. */
export function usualTypes({ graph, kit }: LoadedModel): { elementTypes: string[]; relationTypes: string[] } {
  const { elements, relations } = kit.vocabulary;
  const [used, related] = [countTypes(graph.elements), countTypes(graph.relations)];
  const drawn = (type: string) => (elements.get(type)?.size === undefined ? 0 : 1);
  return {
    elementTypes: [...elements.keys()].toSorted(
      (a, b) => (used.get(b) ?? 0) - (used.get(a) ?? 0) || drawn(b) - drawn(a),
    ),
    relationTypes: [...relations.keys()].toSorted((a, b) => (related.get(b) ?? 0) - (related.get(a) ?? 0)),
  };
}

function countTypes(items: ReadonlyMap<string, { type: string }>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of items.values()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

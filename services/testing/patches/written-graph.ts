import type { Graph } from "../../notation/graph.ts";

/** A graph as text in which every value and the order of all items show. */
export const written = (graph: Graph): string =>
  JSON.stringify(graph, (_, value: unknown) => {
    if (value instanceof Map) return [...value.entries()];
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });

/** What a graph means, without what is drawn. */
export const meaning = (graph: Graph): Graph => ({ ...graph, views: new Map() });

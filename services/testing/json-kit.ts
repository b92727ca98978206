import type { Graph, Notation } from "../notation/graph.ts";
import type { NotationKit, Source } from "../notation/notation.ts";
import { UnreadableModel } from "../notation/problem.ts";

interface JsonModel extends Omit<Graph, "elements" | "relations" | "views"> {
  elements: Graph["elements"] extends ReadonlyMap<string, infer V> ? V[] : never;
  relations: Graph["relations"] extends ReadonlyMap<string, infer V> ? V[] : never;
}

/** A notation whose files are the graph as JSON, without views: for tests that are not about files. */
export function jsonKit(notation: Notation): NotationKit {
  const mark = `{"json-kit":"${notation}"`;
  return {
    notation,
    codec: {
      notation,
      mediaType: `application/vnd.ameide.${notation}+json`,
      extensions: [".json"],
      recognises: (start) => start.startsWith(mark),
      read(file) {
        const graph = graphOf(notation, new TextDecoder().decode(file));
        const problems = [...graph.relations.values()]
          .filter(({ target }) => !graph.elements.has(target))
          .map(({ id }) => ({
            severity: "warning" as const,
            code: "DANGLING_REFERENCE",
            message: "it leads nowhere",
            itemId: id,
          }));
        return { graph, source: { notation, graph }, problems };
      },
      write(graph: Graph, _source?: Source) {
        const elements = [...graph.elements.values()];
        const relations = [...graph.relations.values()];
        const rest = JSON.stringify({ ...graph, elements, relations, views: [] });
        return new TextEncoder().encode(`${mark},${rest.slice(1)}`);
      },
    },
    vocabulary: {
      elements: new Map(),
      relations: new Map(),
      elementType: () => undefined,
      relationType: () => undefined,
      usualRelation: () => undefined,
      usualParent: () => undefined,
    },
    rules: [
      {
        id: `${notation}/named`,
        severity: "warning",
        says: "Every element has a name.",
        *check(graph, scope) {
          for (const { id, name } of graph.elements.values())
            if (name === "" && (!scope || scope.has(id)))
              yield { severity: "warning", code: `${notation}/named`, message: "it has no name", itemId: id };
        },
      },
    ],
    layout: { place: () => [] },
  };
}

function graphOf(notation: Notation, text: string): Graph {
  try {
    const { elements, relations, ...head } = JSON.parse(text) as JsonModel;
    const byId = <T extends { id: string }>(items: readonly T[]) =>
      new Map(items.map((item) => [item.id, item]));
    return { ...head, notation, elements: byId(elements), relations: byId(relations), views: new Map() };
  } catch {
    throw new UnreadableModel({ code: "MALFORMED_JSON", message: "this is no JSON", line: 1, column: 1 });
  }
}

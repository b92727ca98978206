import type { Graph } from "../graph.ts";
import type { JsonObject } from "./json-tree.ts";
import type { Places } from "./uml-source.ts";

interface Dangling {
  readonly code: string;
  readonly message: string;
  readonly itemId: string;
  readonly node: JsonObject;
}

/** What the file refers to and does not have. The references are kept as they are. */
export function* danglingReferences(graph: Graph, places: Places): Generator<Dangling> {
  const isElement = (id: string) => graph.elements.has(id);
  const isItem = (id: string) => isElement(id) || graph.relations.has(id);
  for (const { id, parent } of graph.elements.values())
    yield* missing(places.elements.get(id), id, [["parent", parent, isElement]]);
  for (const { id, source, target, parent } of graph.relations.values())
    yield* missing(places.relations.get(id), id, [
      ["source", source, isItem],
      ["target", target, isItem],
      ["parent", parent, isElement],
    ]);
  for (const view of graph.views.values()) {
    const place = places.views.get(view.id);
    const isEnd = (id: string) => view.nodes.has(id) || view.connections.has(id);
    yield* missing(place?.object, view.id, [["element", view.element, isElement]]);
    for (const { id, element, parent } of view.nodes.values())
      yield* missing(place?.nodes.get(id), id, [
        ["element", element, isItem],
        ["parent", parent, isEnd],
      ]);
    for (const { id, relation, source, target } of view.connections.values())
      yield* missing(place?.connections.get(id), id, [
        ["relation", relation, (other) => graph.relations.has(other)],
        ["source", source, isEnd],
        ["target", target, isEnd],
      ]);
  }
}

function* missing(
  node: JsonObject | undefined,
  itemId: string,
  references: readonly [string, string | undefined, (id: string) => boolean][],
): Generator<Dangling> {
  if (!node) return;
  for (const [key, id, isThere] of references)
    if (id !== undefined && !isThere(id))
      yield {
        code: "DANGLING_REFERENCE",
        message: `"${key}" of ${itemId} is "${id}", which is not in the model`,
        itemId,
        node,
      };
}

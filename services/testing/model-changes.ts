import type { Change } from "../notation/change.ts";
import type { Graph } from "../notation/graph.ts";

/** Gives an element, the first by default, another name. */
export function renameOf(graph: Graph, to: string, id = [...graph.elements.keys()][0] ?? ""): Change {
  return { op: "set", ref: { kind: "element", id }, field: "name", from: graph.elements.get(id)?.name, to };
}

import type { Change } from "../../change.ts";
import type { Graph, View } from "../../graph.ts";
import type { Layout } from "../../notation.ts";
import { drawLines } from "./draw-lines.ts";
import { placeBoxes } from "./place-boxes.ts";
import { ViewDraft } from "./view-draft.ts";

/**
 * New flow nodes stand right of what leads to them, in their lane, pool or subprocess, which grows where it has to;
 * new lines run from border to border. Nothing else moves.
 */
export const bpmnLayout: Layout = {
  place(graph, ids, near = new Map()) {
    const taken = idsOf(graph);
    return [...graph.views.values()].flatMap((view) => placeInView(graph, view, ids, near, taken));
  },
};

function placeInView(
  graph: Graph,
  view: View,
  ids: readonly string[],
  near: ReadonlyMap<string, string>,
  taken: Set<string>,
): readonly Change[] {
  const draft = new ViewDraft(graph, view, taken);
  const elements = ids.flatMap((id) => graph.elements.get(id) ?? []);
  const relations = ids.flatMap((id) => graph.relations.get(id) ?? []);
  placeBoxes(draft, elements, near);
  drawLines(draft, relations);
  return draft.changes();
}

/** Ids of a BPMN file are unique, whatever they name. */
function idsOf(graph: Graph): Set<string> {
  const ids = new Set([graph.id, ...graph.elements.keys(), ...graph.relations.keys(), ...graph.views.keys()]);
  for (const { nodes, connections } of graph.views.values())
    for (const id of [...nodes.keys(), ...connections.keys()]) ids.add(id);
  return ids;
}

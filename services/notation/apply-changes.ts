import type { Change } from "./change.ts";
import { GraphDraft } from "./graph-draft.ts";
import type { Graph } from "./graph.ts";

/** The graph after the changes. Throws ChangeConflict where the graph is not what a change says it was. */
export function applyChanges(graph: Graph, changes: Iterable<Change>): Graph {
  const draft = new GraphDraft(graph);
  for (const change of changes) draft.apply(change);
  return draft.done();
}

/** What takes the changes back, in the order in which it has to happen. */
export function invertChanges(changes: readonly Change[]): Change[] {
  return changes.map(inverse).toReversed();
}

function inverse(change: Change): Change {
  switch (change.op) {
    case "add":
      return { ...change, op: "remove" };
    case "remove":
      return { ...change, op: "add" };
    case "set":
      return { ...change, from: change.to, to: change.from };
    case "move": {
      const { op, ref, from, to } = change;
      return { op, ref, ...(to !== undefined && { from: to }), ...(from !== undefined && { to: from }) };
    }
  }
}

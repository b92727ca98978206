import type { Change, Item } from "../../notation/change.ts";
import { mapOf, viewIdOf } from "../../notation/graph-draft.ts";
import type { Graph } from "../../notation/graph.ts";

/** How deep inside of others an item is that goes, so that what is inside can go first; 0 for other changes. */
export function depthsIn(base: Graph): (change: Change) => number {
  const depths = new Map<string, number>();
  const depthOf = (item: Item["value"], kind: Item["kind"], viewId: string | undefined): number => {
    const key = `${kind} ${viewId} ${item.id}`;
    const known = depths.get(key);
    if (known !== undefined) return known;
    // What contains itself is at depth 0.
    depths.set(key, 0);
    let depth = 0;
    for (const id of outerOf(kind, item)) {
      const outer = mapOf(base, kind, viewId)?.get(id ?? "") as Item["value"] | undefined;
      if (outer) depth = Math.max(depth, 1 + depthOf(outer, kind, viewId));
    }
    depths.set(key, depth);
    return depth;
  };
  return (change) =>
    change.op === "remove" ? depthOf(change.item.value, change.item.kind, viewIdOf(change.item)) : 0;
}

/** What an item is inside of, or runs between, among those of its kind. */
function outerOf(kind: Item["kind"], item: Item["value"]): (string | undefined)[] {
  const { parent, source, target } = item as { parent?: string; source?: string; target?: string };
  return kind === "relation" || kind === "connection" ? [source, target] : [parent];
}

import type { Change, Item } from "../../notation/change.ts";
import { fieldsOf } from "../../notation/graph-draft.ts";
import type { Graph } from "../../notation/graph.ts";
import { GraphIndex } from "./graph-index.ts";
import { inView, isLayout, partsOf, refKey, refOfChange, refOfItem } from "./item-key.ts";

/** Lines of the branch to boxes that the head has taken out of the view are not drawn. */
export function drawable(head: Graph, changes: readonly Change[]): readonly Change[] {
  const drawn = new Set(
    changes.flatMap((change) => {
      if (change.op !== "add" || !("viewId" in change.item)) return [];
      return [inView(change.item.viewId, change.item.value.id)];
    }),
  );
  const isDrawn = (viewId: string, id: string | undefined) => {
    const view = head.views.get(viewId);
    const there = id === undefined || view?.nodes.has(id) || view?.connections.has(id);
    return there === true || drawn.has(inView(viewId, id ?? ""));
  };
  const loose = new Map<string, Change | undefined>();
  for (const change of changes) {
    const ref = refOfChange(change);
    if (ref.kind !== "connection" || change.op === "remove" || change.op === "move") continue;
    const { source, target } = endsAfter(change);
    if (isDrawn(ref.viewId, source) && isDrawn(ref.viewId, target)) continue;
    const value = fieldsOf(head, ref);
    const item = { kind: ref.kind, viewId: ref.viewId, value } as unknown as Item;
    loose.set(refKey(ref), value && { op: "remove", item });
  }
  const removals = [...loose.values()].filter((change) => change !== undefined);
  return [...changes.filter((change) => !loose.has(refKey(refOfChange(change)))), ...removals];
}

/** The boxes that a line is led to. */
function endsAfter(change: Extract<Change, { op: "add" | "set" }>): { source?: string; target?: string } {
  if (change.op === "add") return change.item.value as { source?: string; target?: string };
  const { field, to } = change;
  return (field === "source" || field === "target") && typeof to === "string" ? { [field]: to } : {};
}

/** The head may have drawn, since, what the branch has removed: its boxes and lines go, too. */
export function drawingsOf(head: Graph, changes: readonly Change[]): Change[] {
  const index = new GraphIndex(head);
  const known = new Set(
    changes.flatMap((change) => (change.op === "remove" ? [refKey(refOfItem(change.item))] : [])),
  );
  const found = new Map<string, Change>();
  const remove = (kind: "node" | "connection", key: string): void => {
    const [viewId, id] = partsOf(key);
    const ref = { kind, viewId, id } as const;
    const value = fieldsOf(head, ref);
    if (!value || known.has(refKey(ref)) || found.has(refKey(ref))) return;
    found.set(refKey(ref), { op: "remove", item: { kind, viewId, value } as unknown as Item });
    for (const line of index.find("connectionsAt", key)) remove("connection", line);
  };
  for (const change of changes) {
    if (change.op !== "remove" || isLayout(refOfItem(change.item))) continue;
    for (const box of index.find("nodesOf", change.item.value.id)) remove("node", box);
    for (const line of index.find("connectionsOf", change.item.value.id)) remove("connection", line);
  }
  return [...found.values()];
}

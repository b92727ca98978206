import type { RawChanges } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Change, Item } from "../../../notation/change.ts";
import { ChangeConflict, fieldsOf, mapOf } from "../../../notation/graph-draft.ts";
import { changeFromMessage } from "../../../notation/model-messages.ts";
import { isLayout, refOfChange } from "../item-key.ts";
import { tell, type OperationScope } from "../operation-scope.ts";
import type { Workspace } from "../workspace.ts";

export function rawChanges(scope: OperationScope, op: RawChanges): void {
  for (const [i, message] of op.changes.entries()) {
    const path = `${scope.path}.changes[${i}]`;
    try {
      const change = settled(scope.ws, changeFromMessage(message));
      if (change?.op === "remove" && change.item.kind === "view") emptyView(scope.ws, change.item.value.id);
      if (change) scope.ws.write(change);
    } catch (error) {
      if (error instanceof ChangeConflict) {
        const ref = refOfChange(error.change);
        const itemId = "id" in ref ? ref.id : "";
        tell(scope, { code: "PATCH_CONFLICT", message: error.message, itemId, path });
      } else if (error instanceof TypeError)
        tell(scope, { code: "SCHEMA_VIOLATION", message: error.message, path });
      else throw error;
    }
  }
}

/** What others have drawn in a view goes with it. */
function emptyView(ws: Workspace, viewId: string): void {
  const { nodes, connections } = ws.graph.views.get(viewId) ?? {};
  for (const id of connections?.keys() ?? []) ws.remove({ kind: "connection", viewId, id });
  for (const id of nodes?.keys() ?? []) ws.remove({ kind: "node", viewId, id });
}

/**
 * The change as it fits the model: neither the place among others nor the drawing decides whether it is possible.
 * Undefined: there is nothing left to do.
 */
function settled(ws: Workspace, change: Change): Change | undefined {
  const ref = refOfChange(change);
  if (ref.kind === "model") return change;
  const now = fieldsOf(ws.graph, ref);
  const map = mapOf(ws.graph, ref.kind, "viewId" in ref ? ref.viewId : undefined);
  if (!now && isLayout(ref) && change.op !== "add") return undefined;
  if (!map && isLayout(ref)) return undefined;
  const here = (to: string | undefined) => (to !== undefined && map?.has(to) ? { to } : {});
  const next = now && ws.after(ref);
  switch (change.op) {
    case "add": {
      const { op, item, before } = change;
      return { op, item, ...(before !== undefined && map?.has(before) && { before }) };
    }
    case "remove": {
      const item = now && isLayout(ref) ? ({ ...change.item, value: now } as unknown as Item) : change.item;
      return { op: "remove", item, ...(next !== undefined && { before: next }) };
    }
    case "set":
      return now && isLayout(ref) ? { ...change, from: ws.valueOf(ref, change.field) } : change;
    case "move":
      return { op: "move", ref, ...(next !== undefined && { from: next }), ...here(change.to) };
  }
}

import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Change } from "../../notation/change.ts";
import { ChangeConflict } from "../../notation/graph-draft.ts";
import { boxesOf, linesOf } from "./view-items.ts";
import type { Workspace } from "./workspace.ts";

/** Draws what is new and was given no place by the patch itself. What comes by raw changes comes with its drawing, if any. */
export function placeNewItems(ws: Workspace, operations: readonly GraphOperation[]): void {
  const raw = new Set(
    operations.flatMap(({ id, operation }) => (operation.case === "rawChanges" ? [id] : [])),
  );
  const creator = new Map<string, string>();
  for (const { change, operationId } of ws.log)
    if (
      !raw.has(operationId) &&
      change.op === "add" &&
      (change.item.kind === "element" || change.item.kind === "relation")
    )
      creator.set(change.item.value.id, operationId);
  const undrawn = [...creator.keys()].filter(
    (id) =>
      (ws.graph.elements.has(id) || ws.graph.relations.has(id)) &&
      boxesOf(ws, id).length + linesOf(ws, id).length === 0,
  );
  const [first] = undrawn;
  if (first === undefined || ws.graph.views.size === 0) return;
  let origin = creator.get(first) ?? "";
  try {
    for (const change of ws.kit.layout.place(ws.snapshot(), undrawn, ws.near)) {
      // Room that is made for a box is made by the operation that brings the box.
      origin = creator.get(drawnBy(change) ?? "") ?? origin;
      ws.write(change, origin);
    }
  } catch (error) {
    if (!(error instanceof ChangeConflict)) throw error;
    const message = `not everything that is new could be drawn: ${error.message}`;
    ws.problems.push({ severity: "warning", code: "LAYOUT_FAILED", message, operationId: origin });
  }
}

function drawnBy(change: Change): string | undefined {
  if (change.op !== "add") return undefined;
  const { item } = change;
  if (item.kind === "node") return item.value.element;
  return item.kind === "connection" ? item.value.relation : undefined;
}

import type { Move } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { JsonObject } from "@bufbuild/protobuf";
import { containersOf, settleRelation } from "../containment.ts";
import { ELEMENTS, type Found } from "../found.ts";
import { relationsAt } from "../match-neighbours.ts";
import { tell, within, type OperationScope } from "../operation-scope.ts";
import { readField } from "../read-field.ts";
import { referencesTo } from "../references.ts";
import { owners } from "../remove-items.ts";
import { resolveMany, resolveOne } from "../resolve-selector.ts";
import { setProperties } from "./fields.ts";
import { boxAt, boxesOf, drawnAs } from "../view-items.ts";
import type { Workspace } from "../workspace.ts";

export function move(scope: OperationScope, op: Move): void {
  const { ws } = scope;
  const targets = resolveMany(within(scope, "target"), op.target, ELEMENTS);
  const parent = op.parent && resolveOne(within(scope, "parent"), op.parent, ELEMENTS);
  const before = op.before && resolveOne(within(scope, "before"), op.before, ELEMENTS);
  if (!targets || (op.parent && !parent) || (op.before && !before)) return;
  if (parent) readField(scope, parent, "type");
  for (const ref of targets) {
    if (parent && !putInside(scope, ref, parent.id)) continue;
    if (before) placeBefore(scope, ref, before);
    else if (!parent) placeLast(ws, ref);
  }
}

/** As `putInto`, where the container may be one that is nobody's parent. */
function putInside(scope: OperationScope, ref: Found, containerId: string): boolean {
  const { ws } = scope;
  const type = ws.graph.elements.get(ref.id)?.type ?? "";
  const place = ws.kit.vocabulary.inside?.(ws.snapshot(), type, containerId);
  if (!place) return putInto(scope, ref, containerId);
  if (ws.valueOf(ref, "parent") !== place.parent && !putInto(scope, ref, place.parent)) return false;
  setProperties(scope, ref, place.properties as unknown as JsonObject);
  return true;
}

/** Makes an element a part of another; false when a problem was noted. */
export function putInto(scope: OperationScope, ref: Found, parentId: string): boolean {
  const { ws } = scope;
  if (ref.id === parentId || containersOf(ws, parentId).includes(ref.id)) {
    const message = `${ref.id} cannot be moved into itself or what it contains`;
    tell(scope, { code: "MOVE_INTO_ITSELF", message, itemId: ref.id, path: `${scope.path}.parent` });
    return false;
  }
  for (const attached of attachedTo(ws, ref)) ws.set(attached, "parent", parentId);
  ws.set(ref, "parent", parentId);
  settleRelationsWithin(ws, ref.id);
  for (const box of boxesOf(ws, ref.id)) {
    const node = boxAt(ws, box);
    // Only formats that nest boxes say which one a box is inside of.
    if (node?.parent !== undefined)
      ws.set({ kind: "node", ...box }, "parent", drawnAs(ws, box.viewId, parentId));
  }
  return true;
}

/** What cannot be without the element, and stands beside it: the timer on a task. */
function attachedTo(ws: Workspace, ref: Found): Found[] {
  const parent = ws.valueOf(ref, "parent");
  return owners(ws, ref.id).flatMap(({ ref: owner, item }) => {
    const needs = referencesTo(ws.kit, item, new Set([ref.id])).some(
      ({ reference }) => reference === "needs",
    );
    return needs && owner.kind === "element" && ws.valueOf(owner, "parent") === parent ? [owner] : [];
  });
}

function settleRelationsWithin(ws: Workspace, root: string): void {
  const inside = new Set([root]);
  for (const id of inside) {
    for (const child of ws.index.find("children", id)) inside.add(child);
    for (const relation of relationsAt(ws, id)) settleRelation(ws, relation.id);
  }
}

function placeBefore(scope: OperationScope, ref: Found, before: Found): void {
  const { ws } = scope;
  if (ws.valueOf(ref, "parent") !== ws.valueOf(before, "parent")) {
    const message = `${before.id} is contained somewhere else, so nothing can be put before it there`;
    return tell(scope, { code: "NOT_SIBLINGS", message, itemId: before.id, path: `${scope.path}.before` });
  }
  ws.move(ref, before.id);
}

function placeLast(ws: Workspace, ref: Found): void {
  const parent = ws.graph.elements.get(ref.id)?.parent;
  const last = [...ws.graph.elements.values()].findLast((element) => element.parent === parent);
  if (last && last.id !== ref.id) ws.move(ref, ws.after({ kind: "element", id: last.id }));
}

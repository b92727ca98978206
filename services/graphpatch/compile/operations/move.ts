import type { Group, Move } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Bounds } from "../../../notation/graph.ts";
import { boundsAround, grown } from "../../../notation/layout/free-place.ts";
import { containersOf, groupingOf, settleRelation } from "../containment.ts";
import { ELEMENTS, type Found } from "../found.ts";
import { relationsAt } from "../match-neighbours.ts";
import { newId } from "../new-ids.ts";
import { tell, within, type OperationScope } from "../operation-scope.ts";
import { readField } from "../read-field.ts";
import { resolveMany, resolveOne } from "../resolve-selector.ts";
import { elementTypeOf } from "../types.ts";
import { boxAt, boxesOf, drawingId, drawnAs } from "../view-items.ts";
import type { Workspace } from "../workspace.ts";
import { addRelation } from "./connect.ts";

export function move(scope: OperationScope, op: Move): void {
  const { ws } = scope;
  const targets = resolveMany(within(scope, "target"), op.target, ELEMENTS);
  const parent = op.parent && resolveOne(within(scope, "parent"), op.parent, ELEMENTS);
  const before = op.before && resolveOne(within(scope, "before"), op.before, ELEMENTS);
  if (!targets || (op.parent && !parent) || (op.before && !before)) return;
  if (parent) readField(scope, parent, "type");
  for (const ref of targets) {
    if (parent && !putInto(scope, ref, parent.id)) continue;
    if (before) placeBefore(scope, ref, before);
    else if (!parent) placeLast(ws, ref);
  }
}

/** Makes an element a part of another; false when a problem was noted. */
function putInto(scope: OperationScope, ref: Found, parentId: string): boolean {
  const { ws } = scope;
  if (ref.id === parentId || containersOf(ws, parentId).includes(ref.id)) {
    const message = `${ref.id} cannot be moved into itself or what it contains`;
    tell(scope, { code: "MOVE_INTO_ITSELF", message, itemId: ref.id, path: `${scope.path}.parent` });
    return false;
  }
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

export function group(scope: OperationScope, op: Group): void {
  const { ws, operationId } = scope;
  const targets = resolveMany(within(scope, "targets"), op.targets, ELEMENTS);
  const type = elementTypeOf(scope, op.type, `${scope.path}.type`);
  if (!targets || type === undefined) return;
  const [first] = targets;
  if (!first) {
    const message = "there is nothing to group";
    return tell(scope, { code: "SELECTOR_NO_MATCH", message, path: `${scope.path}.targets` });
  }
  const parents = new Set(targets.map((ref) => ws.valueOf(ref, "parent")));
  if (parents.size > 1) {
    const message = `what is grouped has to have one container: ${targets.map(({ id }) => id).join(", ")} have ${parents.size}`;
    return tell(scope, { code: "GROUP_APART", message, path: `${scope.path}.targets` });
  }
  const parent = ws.graph.elements.get(first.id)?.parent;
  const id = newId(ws.graph, ws.seed, operationId, type);
  const container = ws.create({
    kind: "element",
    value: {
      id,
      type,
      name: op.name,
      ...(parent !== undefined && { parent }),
      documentation: "",
      properties: {},
    },
  }) as Found;
  const grouping = groupingOf(ws.kit, type);
  if (grouping.by === "parent") for (const ref of targets) putInto(scope, ref, id);
  if (grouping.by === "relation")
    for (const target of targets)
      addRelation(
        scope,
        { source: container, target, type: grouping.type, name: "" },
        `${operationId}.relations`,
      );
  drawAround(ws, id, targets, grouping.by === "relation");
}

const PADDING = 20;

/** Draws the container around what it holds, in each view that shows any of it. */
function drawAround(ws: Workspace, containerId: string, members: readonly Found[], nested: boolean): void {
  const byView = Map.groupBy(
    members.flatMap(({ id }) => boxesOf(ws, id)),
    ({ viewId }) => viewId,
  );
  for (const [viewId, boxes] of byView) {
    const nodes = boxes.flatMap((box) => boxAt(ws, box) ?? []);
    const around = boundsAround(nodes.flatMap(({ bounds }) => bounds ?? []));
    const outer = new Set(nodes.map((node) => node.parent));
    if (!around || outer.size > 1) continue;
    const [parent] = outer;
    const bounds: Bounds = grown(around, PADDING);
    const id = drawingId(ws.graph, containerId);
    const value = {
      id,
      element: containerId,
      ...(parent !== undefined && { parent }),
      bounds,
      properties: {},
    };
    // Before what is drawn in it, which would be hidden otherwise.
    ws.add(
      { kind: "node", viewId, value },
      firstOf(
        ws,
        viewId,
        boxes.map((box) => box.id),
      ),
    );
    if (nested) for (const box of boxes) ws.set({ kind: "node", ...box }, "parent", id);
  }
}

function firstOf(ws: Workspace, viewId: string, ids: readonly string[]): string | undefined {
  const wanted = new Set(ids);
  for (const id of ws.graph.views.get(viewId)?.nodes.keys() ?? []) if (wanted.has(id)) return id;
  return undefined;
}

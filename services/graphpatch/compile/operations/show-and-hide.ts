import type { HideFromView, ShowInView } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Change } from "../../../notation/change.ts";
import type { Bounds } from "../../../notation/graph.ts";
import { freeGround } from "../../../notation/layout/free-place.ts";
import { ELEMENTS, ENDS } from "../found.ts";
import { relationsAt } from "../match-neighbours.ts";
import { tell, within, type OperationScope } from "../operation-scope.ts";
import { resolveMany } from "../resolve-selector.ts";
import {
  boxAt,
  boxesOf,
  drawingId,
  drawnAs,
  lineBetween,
  lineEnds,
  linesOf,
  removeBox,
  removeLine,
} from "../view-items.ts";
import type { Workspace } from "../workspace.ts";
import { notDrawn } from "./layout-operations.ts";
import { viewOf } from "./views.ts";

export function showInView(scope: OperationScope, op: ShowInView): void {
  const { ws } = scope;
  const targets = resolveMany(within(scope, "targets"), op.targets, ELEMENTS);
  const view = viewOf(scope, op.viewId);
  if (!targets || !view) return;
  const hidden = targets.map(({ id }) => id).filter((id) => drawnAs(ws, view.id, id) === undefined);
  if (hidden.length === 0 && targets.length > 0) {
    const message = `the view ${view.id} shows all of it already`;
    return tell(scope, { severity: "info", code: "NO_EFFECT", message, path: scope.path });
  }
  place(ws, view.id, hidden);
  for (const id of hidden) if (drawnAs(ws, view.id, id) === undefined) drawBelow(ws, view.id, id);
  const lines = new Set(
    hidden
      .flatMap((id) => relationsAt(ws, id))
      .flatMap(({ id }) => (isDrawable(ws, view.id, id) ? [id] : [])),
  );
  place(ws, view.id, [...lines]);
  for (const id of lines) if (drawnAs(ws, view.id, id) === undefined) drawLine(ws, view.id, id);
}

/** As the notation lays out, but in this view only. */
function place(ws: Workspace, viewId: string, ids: readonly string[]): void {
  const graph = ws.snapshot();
  const view = graph.views.get(viewId);
  if (!view || ids.length === 0) return;
  const only = { ...graph, views: new Map([[viewId, view]]) };
  for (const change of ws.kit.layout.place(only, ids)) if (isIn(change, viewId)) ws.write(change);
}

const isIn = (change: Change, viewId: string): boolean => {
  const at = "item" in change ? change.item : change.ref;
  return "viewId" in at && at.viewId === viewId;
};

const isDrawable = (ws: Workspace, viewId: string, relationId: string): boolean => {
  const relation = ws.graph.relations.get(relationId);
  return [relation?.source, relation?.target].every((end) => drawnAs(ws, viewId, end ?? "") !== undefined);
};

const DEFAULT_SIZE = { width: 100, height: 80 };

/** Where the notation's layout has no place for it: below everything else. */
function drawBelow(ws: Workspace, viewId: string, elementId: string): void {
  const type = ws.graph.elements.get(elementId)?.type ?? "";
  const size = ws.kit.vocabulary.elementType(type)?.size ?? DEFAULT_SIZE;
  const taken = [...(ws.graph.views.get(viewId)?.nodes.values() ?? [])].flatMap(({ bounds }) => bounds ?? []);
  const bounds: Bounds = freeGround(size, taken);
  const id = drawingId(ws.graph, elementId);
  ws.add({ kind: "node", viewId, value: { id, element: elementId, bounds, properties: {} } });
}

function drawLine(ws: Workspace, viewId: string, relationId: string): void {
  const relation = ws.graph.relations.get(relationId);
  const source = relation && drawnAs(ws, viewId, relation.source);
  const target = relation && drawnAs(ws, viewId, relation.target);
  if (source === undefined || target === undefined) return;
  const [from, to] = [source, target].map((id) => boxAt(ws, { viewId, id })?.bounds);
  const waypoints = from && to ? lineBetween(ws.kit, from, to) : [];
  const id = drawingId(ws.graph, relationId);
  const value = { id, relation: relationId, ...lineEnds(ws, source, target), waypoints, properties: {} };
  ws.add({ kind: "connection", viewId, value });
}

export function hideFromView(scope: OperationScope, op: HideFromView): void {
  const { ws } = scope;
  const targets = resolveMany(within(scope, "targets"), op.targets, ENDS);
  const view = viewOf(scope, op.viewId);
  if (!targets || !view) return;
  for (const { id } of targets) {
    const boxes = boxesOf(ws, id).filter(({ viewId }) => viewId === view.id);
    const lines = linesOf(ws, id).filter(({ viewId }) => viewId === view.id);
    for (const box of boxes) removeBox(ws, box);
    for (const line of lines) removeLine(ws, line);
    if (boxes.length + lines.length === 0) notDrawn(scope, id);
  }
}

import type {
  Selector,
  SetBounds,
  SetStyle,
  SetWaypoints,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { ItemRef } from "../../../notation/change.ts";
import type { Bounds, Value } from "../../../notation/graph.ts";
import { ENDS, type Found } from "../found.ts";
import { tell, within, type OperationScope } from "../operation-scope.ts";
import { resolveOne } from "../resolve-selector.ts";
import { boxesOf, drawingId, drawnAs, lineEnds, linesOf } from "../view-items.ts";
import { setProperties } from "./fields.ts";
import { viewOf } from "./views.ts";

type Drawn = Extract<ItemRef, { kind: "node" | "connection" }>;

export function setBounds(scope: OperationScope, op: SetBounds): void {
  const { ws } = scope;
  const found = drawn(scope, op.viewId, op.node, "node");
  if (!found || !op.bounds) return;
  const { x, y, width, height } = op.bounds;
  const bounds: Bounds = { x, y, width, height };
  if ("viewId" in found) return ws.set(found, op.label ? "label" : "bounds", bounds as unknown as Value);
  const viewId = viewFor(scope, op.viewId);
  if (viewId === undefined) return;
  const id = drawingId(ws.graph, found.id);
  const place = op.label ? { label: bounds } : { bounds };
  ws.add({ kind: "node", viewId, value: { id, element: found.id, ...place, properties: {} } });
}

export function setWaypoints(scope: OperationScope, op: SetWaypoints): void {
  const { ws } = scope;
  const waypoints = op.waypoints.map(({ x, y }) => ({ x, y }));
  const found = drawn(scope, op.viewId, op.connection, "connection");
  if (!found) return;
  if ("viewId" in found) return ws.set(found, "waypoints", waypoints);
  const viewId = viewFor(scope, op.viewId);
  const relation = ws.graph.relations.get(found.id);
  if (viewId === undefined || !relation) return;
  const [source, target] = [relation.source, relation.target].map((end) => drawnAs(ws, viewId, end));
  if (source === undefined) return notDrawn(scope, relation.source);
  if (target === undefined) return notDrawn(scope, relation.target);
  const id = drawingId(ws.graph, relation.id);
  ws.add({
    kind: "connection",
    viewId,
    value: { id, relation: relation.id, ...lineEnds(ws, source, target), waypoints, properties: {} },
  });
}

export function setStyle(scope: OperationScope, op: SetStyle): void {
  const found = drawn(scope, op.viewId, op.target);
  if (!found) return;
  if ("viewId" in found) return setProperties(scope, found as unknown as Found, op.properties);
  notDrawn(scope, found.id);
}

/** The only view that there is, or the one that was named. */
function viewFor(scope: OperationScope, viewId: string): string | undefined {
  if (viewId !== "") return viewOf(scope, viewId)?.id;
  const { views } = scope.ws.graph;
  if (views.size === 1) return [...views.keys()][0];
  const message = `there are ${views.size} views: say which by view_id`;
  return tell(scope, { code: "VIEW_AMBIGUOUS", message, path: `${scope.path}.view_id` });
}

/** The box or line that is meant; what it would stand for when it is not drawn; undefined when a problem was noted. */
function drawn(
  scope: OperationScope,
  viewId: string,
  selector: Selector | undefined,
  kind?: Drawn["kind"],
): Drawn | Found | undefined {
  const { ws } = scope;
  const view = viewId === "" ? undefined : viewOf(scope, viewId);
  if (viewId !== "" && !view) return undefined;
  const views = view ? [view] : [...ws.graph.views.values()];
  if (selector?.selector.case === "nodeId") {
    const id = selector.selector.value;
    for (const each of views) {
      if (kind !== "connection" && each.nodes.has(id)) return { kind: "node", viewId: each.id, id };
      if (kind !== "node" && each.connections.has(id)) return { kind: "connection", viewId: each.id, id };
    }
  }
  const field = kind === undefined ? "target" : kind;
  const found = resolveOne(within(scope, field), selector, ENDS);
  if (!found) return undefined;
  const boxes =
    kind === "connection" ? [] : boxesOf(ws, found.id).map((box) => ({ kind: "node", ...box }) as const);
  const lines =
    kind === "node" ? [] : linesOf(ws, found.id).map((line) => ({ kind: "connection", ...line }) as const);
  const shown = [...boxes, ...lines].filter((each) => !view || each.viewId === view.id);
  if (shown.length <= 1) return shown[0] ?? found;
  const places = shown.map((each) => `${each.id} in view ${each.viewId}`).join(", ");
  const message = `${found.id} is drawn ${shown.length} times: ${places}; name the view or the box itself`;
  return tell(scope, { code: "VIEW_AMBIGUOUS", message, itemId: found.id, path: `${scope.path}.view_id` });
}

export function notDrawn(scope: OperationScope, id: string): undefined {
  const message = `${id} is not drawn there; show it with show_in_view first`;
  return tell(scope, { code: "NOT_DRAWN", message, itemId: id, path: scope.path });
}

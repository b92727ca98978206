import type { RemoveNode } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Point, Relation } from "../../../notation/graph.ts";
import { ELEMENTS } from "../found.ts";
import { relationsAt } from "../match-neighbours.ts";
import { tell, within, type OperationScope } from "../operation-scope.ts";
import { removeItems } from "../remove-items.ts";
import { resolveMany } from "../resolve-selector.ts";
import { lineAt, linesOf, rerouteLines } from "../view-items.ts";
import type { Workspace } from "../workspace.ts";

export function removeNode(scope: OperationScope, op: RemoveNode): void {
  const targets = resolveMany(within(scope, "target"), op.target, ELEMENTS);
  if (!targets) return;
  if (op.bridge) for (const { id } of targets) bridge(scope, id);
  removeItems(scope.ws, targets as never);
}

/** The way in leads on to where the way out led, and keeps its id, name and conditions. */
function bridge(scope: OperationScope, id: string): void {
  const { ws } = scope;
  const ways = wayThrough(ws, id);
  if (!ways) {
    const message = `${id} has no single way in and single way out, so nothing is bridged`;
    return tell(scope, {
      severity: "info",
      code: "NOT_BRIDGED",
      message,
      itemId: id,
      path: `${scope.path}.bridge`,
    });
  }
  const { incoming, outgoing } = ways;
  const points = joinedPoints(ws, incoming, outgoing);
  ws.set({ kind: "relation", id: incoming.id }, "target", outgoing.target);
  rerouteLines(ws, incoming.id);
  for (const [key, waypoints] of points) {
    const line = linesOf(ws, incoming.id).find(({ viewId }) => viewId === key);
    if (line) ws.set({ kind: "connection", ...line }, "waypoints", waypoints as never);
  }
}

function wayThrough(ws: Workspace, id: string): { incoming: Relation; outgoing: Relation } | undefined {
  const at = relationsAt(ws, id);
  for (const type of new Set(at.map((relation) => relation.type))) {
    const alike = at.filter((relation) => relation.type === type);
    const incoming = alike.filter(({ source, target }) => target === id && source !== id);
    const outgoing = alike.filter(({ source, target }) => source === id && target !== id);
    const [into, from] = [incoming[0], outgoing[0]];
    if (into && from && alike.length === 2 && incoming.length === 1)
      return { incoming: into, outgoing: from };
  }
  return undefined;
}

/** By view, the way in and the way out as one line, without the box between them. */
function joinedPoints(ws: Workspace, incoming: Relation, outgoing: Relation): Map<string, readonly Point[]> {
  const joined = new Map<string, readonly Point[]>();
  const ends = linesOf(ws, outgoing.id);
  for (const line of linesOf(ws, incoming.id)) {
    const end = ends.find(({ viewId }) => viewId === line.viewId);
    const [a, b] = [lineAt(ws, line)?.waypoints ?? [], (end && lineAt(ws, end)?.waypoints) ?? []];
    if (a.length >= 2 && b.length >= 2) joined.set(line.viewId, [...a.slice(0, -1), ...b.slice(1)]);
  }
  return joined;
}

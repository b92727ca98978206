import type { Bounds, Graph, Point, View, ViewConnection, ViewNode } from "../../notation/graph.ts";
import { orthogonalLine, straightLine } from "../../notation/layout/route-line.ts";
import type { NotationKit } from "../../notation/notation.ts";
import { inView, partsOf } from "./item-key.ts";
import { isTaken } from "./new-ids.ts";
import type { Workspace } from "./workspace.ts";

export interface InView {
  readonly viewId: string;
  readonly id: string;
}

const parts = (key: string): InView => {
  const [viewId, id] = partsOf(key);
  return { viewId, id };
};

/** The boxes that stand for an element, in all views. */
export const boxesOf = (ws: Workspace, elementId: string): InView[] =>
  ws.index.find("nodesOf", elementId).map(parts);

/** The lines that stand for a relation, in all views. */
export const linesOf = (ws: Workspace, relationId: string): InView[] =>
  ws.index.find("connectionsOf", relationId).map(parts);

/** The lines at a box, or at a line: those that say so, and those that leave their ends to their relation. */
export function linesAt(ws: Workspace, at: InView): InView[] {
  const said = ws.index.find("connectionsAt", inView(at.viewId, at.id)).map(parts);
  const stands = boxAt(ws, at)?.element ?? lineAt(ws, at)?.relation;
  if (stands === undefined) return said;
  const left = ws.index
    .find("relationsAt", stands)
    .flatMap((relation) => linesOf(ws, relation))
    .filter((line) => line.viewId === at.viewId && !hasEnds(lineAt(ws, line)));
  return [...said, ...left];
}

const hasEnds = (line: ViewConnection | undefined): boolean =>
  line?.source !== undefined || line?.target !== undefined;

/** What a new line says of its ends: nothing where the format leaves them to the relation. */
export function lineEnds(
  ws: Workspace,
  source: string,
  target: string,
): { source?: string; target?: string } {
  for (const { connections } of ws.graph.views.values())
    for (const line of connections.values())
      if (line.relation !== undefined) return hasEnds(line) ? { source, target } : {};
  return ws.kit.notation === "bpmn" || ws.kit.notation === "dmn" ? {} : { source, target };
}

const boxesInside = (ws: Workspace, { viewId, id }: InView): InView[] =>
  ws.index.find("nodesInside", inView(viewId, id)).map(parts);

export const boxAt = (ws: Workspace, { viewId, id }: InView): ViewNode | undefined =>
  ws.graph.views.get(viewId)?.nodes.get(id);

export const lineAt = (ws: Workspace, { viewId, id }: InView): ViewConnection | undefined =>
  ws.graph.views.get(viewId)?.connections.get(id);

/** What stands for an element or relation in a view: the first box or line. */
export function drawnAs(ws: Workspace, viewId: string, itemId: string): string | undefined {
  return [...boxesOf(ws, itemId), ...linesOf(ws, itemId)].find((each) => each.viewId === viewId)?.id;
}

/** An id for a box or line of something, that nothing else in the model has. */
export function drawingId(graph: Graph, itemId: string): string {
  for (let n = 1; ; n++) {
    const id = `${itemId}_di${n === 1 ? "" : `_${n}`}`;
    const used = [...graph.views.values()].some((view) => view.nodes.has(id) || view.connections.has(id));
    if (!used && !isTaken(graph, id)) return id;
  }
}

/** Waypoints of a new line as the notation draws them. ArchiMate's files give bends only, so a straight line has none. */
export function lineBetween(kit: NotationKit, from: Bounds, to: Bounds): readonly Point[] {
  if (kit.notation === "archimate") return [];
  return kit.notation === "bpmn" ? orthogonalLine(from, to) : straightLine(from, to);
}

/** Takes a box out of its view, with its lines; what is drawn inside of it stays, one level up. */
export function removeBox(ws: Workspace, box: InView): void {
  const node = boxAt(ws, box);
  if (!node) return;
  for (const line of linesAt(ws, box)) removeLine(ws, line);
  for (const inner of boxesInside(ws, box)) ws.set({ kind: "node", ...inner }, "parent", node.parent);
  ws.remove({ kind: "node", ...box });
}

export function removeLine(ws: Workspace, line: InView): void {
  for (const upon of linesAt(ws, line)) removeLine(ws, upon);
  ws.remove({ kind: "connection", ...line });
}

/** Takes a view out, with all that is in it. */
export function removeView(ws: Workspace, view: View): void {
  for (const id of view.connections.keys()) ws.remove({ kind: "connection", viewId: view.id, id });
  for (const id of view.nodes.keys()) ws.remove({ kind: "node", viewId: view.id, id });
  ws.remove({ kind: "view", id: view.id });
}

/** Lets the lines of a relation run between its ends, after these have changed. */
export function rerouteLines(ws: Workspace, relationId: string): void {
  const relation = ws.graph.relations.get(relationId);
  if (!relation) return;
  for (const line of linesOf(ws, relationId)) {
    const source = drawnAs(ws, line.viewId, relation.source);
    const target = drawnAs(ws, line.viewId, relation.target);
    if (source === undefined || target === undefined) removeLine(ws, line);
    else redraw(ws, line, source, target);
  }
}

function redraw(ws: Workspace, line: InView, source: string, target: string): void {
  const was = lineAt(ws, line);
  const ref = { kind: "connection", ...line } as const;
  // Formats that leave the ends of lines to the relation have none here either.
  const ends = hasEnds(was);
  if (ends && was?.source === source && was.target === target) return;
  if (ends) {
    ws.set(ref, "source", source);
    ws.set(ref, "target", target);
  }
  const from = boxAt(ws, { viewId: line.viewId, id: source })?.bounds;
  const to = boxAt(ws, { viewId: line.viewId, id: target })?.bounds;
  if (from && to) ws.set(ref, "waypoints", lineBetween(ws.kit, from, to) as never);
}

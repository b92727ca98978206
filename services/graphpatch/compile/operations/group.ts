import type { Group } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Bounds, Properties } from "../../../notation/graph.ts";
import { boundsAround, grown } from "../../../notation/layout/free-place.ts";
import { groupingOf, type Grouping } from "../containment.ts";
import { ELEMENTS, type Found } from "../found.ts";
import { relationsAt } from "../match-neighbours.ts";
import { newId } from "../new-ids.ts";
import { tell, within, type OperationScope } from "../operation-scope.ts";
import { resolveMany } from "../resolve-selector.ts";
import { elementTypeOf } from "../types.ts";
import { boxAt, boxesOf, drawingId } from "../view-items.ts";
import type { Workspace } from "../workspace.ts";
import { addRelation, setEnds } from "./connect.ts";
import { putInto } from "./move.ts";

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
      properties: ws.kit.vocabulary.usualProperties?.(ws.snapshot(), type, first.id) ?? {},
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
  drawAround(ws, id, targets, grouping);
  if (grouping.by === "parent") leadToBorder(scope, id, targets, grouping.bordered ?? []);
}

/** What came in from outside leads to the container, what went out comes from it. */
function leadToBorder(
  scope: OperationScope,
  container: string,
  members: readonly Found[],
  types: readonly string[],
): void {
  const inside = new Set(members.map(({ id }) => id));
  for (const id of inside)
    for (const relation of relationsAt(scope.ws, id, new Set(types))) {
      if (types.length === 0 || inside.has(relation.source) === inside.has(relation.target)) continue;
      const out = inside.has(relation.source);
      setEnds(scope, relation.id, out ? container : undefined, out ? undefined : container);
    }
}

const PADDING = 20;

/** Draws the container around what it holds, in each view that shows any of it. */
function drawAround(ws: Workspace, containerId: string, members: readonly Found[], { by }: Grouping): void {
  const byView = Map.groupBy(
    members.flatMap(({ id }) => boxesOf(ws, id)),
    ({ viewId }) => viewId,
  );
  // A subprocess of BPMN is drawn as a closed box unless it says that it is open.
  const properties: Properties = by === "parent" && ws.kit.notation === "bpmn" ? { isExpanded: true } : {};
  for (const [viewId, boxes] of byView) {
    const nodes = boxes.flatMap((box) => boxAt(ws, box) ?? []);
    const around = boundsAround(nodes.flatMap(({ bounds }) => bounds ?? []));
    const outer = new Set(nodes.map((node) => node.parent));
    if (!around || outer.size > 1) continue;
    const [parent] = outer;
    const bounds = padded(around);
    const id = drawingId(ws.graph, containerId);
    const value = {
      id,
      element: containerId,
      ...(parent !== undefined && { parent }),
      bounds,
      properties,
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
    if (by === "relation") for (const box of boxes) ws.set({ kind: "node", ...box }, "parent", id);
  }
}

/** Never to the left of or above 0, where nothing was. */
function padded(box: Bounds): Bounds {
  const { x, y, width, height } = grown(box, PADDING);
  const [left, top] = [Math.max(x, Math.min(0, box.x)), Math.max(y, Math.min(0, box.y))];
  const [right, bottom] = [Math.ceil(x + width), Math.ceil(y + height)];
  return {
    x: Math.floor(left),
    y: Math.floor(top),
    width: right - Math.floor(left),
    height: bottom - Math.floor(top),
  };
}

function firstOf(ws: Workspace, viewId: string, ids: readonly string[]): string | undefined {
  const wanted = new Set(ids);
  for (const id of ws.graph.views.get(viewId)?.nodes.keys() ?? []) if (wanted.has(id)) return id;
  return undefined;
}

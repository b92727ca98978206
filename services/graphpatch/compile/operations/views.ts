import type { AddView, RemoveView } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { View } from "../../../notation/graph.ts";
import { ELEMENTS } from "../found.ts";
import { nearMisses } from "../near-misses.ts";
import { newId } from "../new-ids.ts";
import { tell, within, type OperationScope } from "../operation-scope.ts";
import { resolveOne } from "../resolve-selector.ts";
import { removeView as takeOut } from "../view-items.ts";

export function addView(scope: OperationScope, op: AddView): void {
  const { ws, operationId } = scope;
  const element = op.element && resolveOne(within(scope, "element"), op.element, ELEMENTS);
  if (op.element && !element) return;
  const [example] = ws.graph.views.values();
  ws.create({
    kind: "view",
    value: {
      id: newId(ws.graph, ws.seed, operationId, "view", op.viewId),
      type: example?.type ?? "",
      name: op.name,
      ...(element && { element: element.id }),
      documentation: "",
      properties: {},
      nodes: new Map(),
      connections: new Map(),
    },
  });
}

export function removeView(scope: OperationScope, op: RemoveView): void {
  const view = viewOf(scope, op.viewId);
  if (view) takeOut(scope.ws, view);
}

/** By its id, or by the operation that creates it; undefined when a problem was noted. */
export function viewOf(scope: OperationScope, viewId: string): View | undefined {
  const { ws, path } = scope;
  const made = ws.created.get(viewId)?.find(({ kind }) => kind === "view");
  const view = ws.graph.views.get(made && "id" in made ? made.id : viewId);
  if (view) return view;
  const near = nearMisses(viewId, ws.graph.views.values());
  const some = (near.length > 0 ? near : [...ws.graph.views.values()].slice(0, 5)).map(
    ({ id, name }) => `${id} ${JSON.stringify(name)}`,
  );
  const message = `no view has the id ${JSON.stringify(viewId)}; there ${some.length > 0 ? `is ${some.join(", ")}` : "are none"}`;
  return tell(scope, { code: "VIEW_NOT_FOUND", message, path: `${path}.view_id` });
}

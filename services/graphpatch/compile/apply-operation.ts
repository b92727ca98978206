import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { checkConditions } from "./check-conditions.ts";
import { tell, type OperationScope } from "./operation-scope.ts";
import { addNode } from "./operations/add-node.ts";
import { connect, disconnect, reconnect } from "./operations/connect.ts";
import { setBounds, setStyle, setWaypoints } from "./operations/layout-operations.ts";
import { group } from "./operations/group.ts";
import { move } from "./operations/move.ts";
import { rawChanges } from "./operations/raw-changes.ts";
import { removeNode } from "./operations/remove-node.ts";
import { replaceSubgraph } from "./operations/replace-subgraph.ts";
import { hideFromView, showInView } from "./operations/show-and-hide.ts";
import { rename, setLifecycle, updateNode } from "./operations/update-node.ts";
import { addView, removeView } from "./operations/views.ts";
import type { Workspace } from "./workspace.ts";

/** Applies an operation to the model as the ones before it left it, or leaves the model alone and says why. */
export function applyOperation(ws: Workspace, operation: GraphOperation, index: number): void {
  const { id, operation: op } = operation;
  const at = `operations[${index}]`;
  const known = ws.problems.length;
  ws.begin(id);
  checkConditions({ ws, operationId: id, path: `${at}.pre_conditions` }, operation.preConditions);
  dispatch({ ws, operationId: id, path: `${at}.${snake(op.case ?? "operation")}` }, op);
  if (ws.problems.slice(known).some(({ severity }) => severity === "error")) return ws.rollBack();
  if (ws.changesOfOperation.length > 0 || ws.problems.length > known) return;
  const message = "the model is so already: the operation changes nothing";
  tell({ ws, operationId: id, path: at }, { severity: "info", code: "NO_EFFECT", message, path: at });
}

function dispatch(scope: OperationScope, op: GraphOperation["operation"]): void {
  switch (op.case) {
    case "addNode":
      return addNode(scope, op.value);
    case "removeNode":
      return removeNode(scope, op.value);
    case "updateNode":
      return updateNode(scope, op.value);
    case "connect":
      return connect(scope, op.value);
    case "disconnect":
      return disconnect(scope, op.value);
    case "replaceSubgraph":
      return replaceSubgraph(scope, op.value);
    case "rename":
      return rename(scope, op.value);
    case "setLifecycle":
      return setLifecycle(scope, op.value);
    case "move":
      return move(scope, op.value);
    case "group":
      return group(scope, op.value);
    case "reconnect":
      return reconnect(scope, op.value);
    case "rawChanges":
      return rawChanges(scope, op.value);
    default:
      return dispatchLayout(scope, op);
  }
}

function dispatchLayout(scope: OperationScope, op: GraphOperation["operation"]): void {
  switch (op.case) {
    case "addView":
      return addView(scope, op.value);
    case "removeView":
      return removeView(scope, op.value);
    case "setBounds":
      return setBounds(scope, op.value);
    case "setWaypoints":
      return setWaypoints(scope, op.value);
    case "setStyle":
      return setStyle(scope, op.value);
    case "showInView":
      return showInView(scope, op.value);
    case "hideFromView":
      return hideFromView(scope, op.value);
    default:
      tell(scope, {
        code: "SCHEMA_VIOLATION",
        message: "the operation says nothing to do",
        path: scope.path,
      });
  }
}

/** As the proto spells it: "addNode" is add_node. */
export const snake = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

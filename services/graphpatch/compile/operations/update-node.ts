import type {
  Rename,
  SetLifecycle,
  UpdateNode,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { lifecycleFromMessage } from "../../../notation/model-messages.ts";
import { ELEMENTS, ENDS, NAMED, type Found } from "../found.ts";
import { tell, within, type OperationScope } from "../operation-scope.ts";
import { resolveMany } from "../resolve-selector.ts";
import { elementTypeOf, relationTypeOf } from "../types.ts";
import { isKeyFree, setProperties } from "./fields.ts";

export function updateNode(scope: OperationScope, op: UpdateNode): void {
  const targets = resolveMany(within(scope, "target"), op.target, ENDS);
  for (const ref of targets ?? []) update(scope, op, ref);
}

function update(scope: OperationScope, op: UpdateNode, ref: Found): void {
  const { ws, path } = scope;
  if (op.type !== undefined) {
    const type = (ref.kind === "element" ? elementTypeOf : relationTypeOf)(scope, op.type, `${path}.type`);
    if (type !== undefined) ws.set(ref, "type", type);
  }
  if (op.name !== undefined) ws.set(ref, "name", op.name);
  if (op.documentation !== undefined) ws.set(ref, "documentation", op.documentation);
  if (op.key !== undefined) setKey(scope, ref, op.key);
  setProperties(scope, ref, op.properties);
}

function setKey(scope: OperationScope, ref: Found, key: string): void {
  if (ref.kind !== "element") {
    const message = `${ref.id} is a relation; only elements have keys`;
    return tell(scope, { code: "FIELD_NOT_APPLICABLE", message, itemId: ref.id, path: `${scope.path}.key` });
  }
  if (isKeyFree(scope, key, ref.id)) scope.ws.set(ref, "key", key === "" ? undefined : key);
}

export function rename(scope: OperationScope, op: Rename): void {
  const targets = resolveMany(within(scope, "target"), op.target, NAMED);
  for (const ref of targets ?? []) scope.ws.set(ref, "name", op.name);
}

export function setLifecycle(scope: OperationScope, op: SetLifecycle): void {
  const targets = resolveMany(within(scope, "target"), op.target, ELEMENTS);
  for (const ref of targets ?? []) scope.ws.set(ref, "lifecycle", lifecycleFromMessage(op.lifecycle));
}

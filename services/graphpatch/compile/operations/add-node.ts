import type { AddNode } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { JsonObject } from "@bufbuild/protobuf";
import { lifecycleFromMessage } from "../../../notation/model-messages.ts";
import { newId } from "../new-ids.ts";
import { within, type OperationScope } from "../operation-scope.ts";
import { readField } from "../read-field.ts";
import { ENDS, ELEMENTS } from "../found.ts";
import { resolveOne } from "../resolve-selector.ts";
import { elementTypeOf } from "../types.ts";
import { isKeyFree, propertiesOf } from "./fields.ts";

export function addNode(scope: OperationScope, op: AddNode): void {
  const { ws, operationId, path } = scope;
  const type = elementTypeOf(scope, op.type, `${path}.type`);
  const near = op.near && resolveOne(within(scope, "near"), op.near, ENDS);
  const parent = op.parent && resolveOne(within(scope, "parent"), op.parent, ELEMENTS);
  const keyFree = isKeyFree(scope, op.key);
  if (type === undefined || !keyFree || (op.near && !near) || (op.parent && !parent)) return;
  if (parent) readField(scope, parent, "type");
  const graph = ws.snapshot();
  const { vocabulary } = ws.kit;
  const border = parent && vocabulary.inside?.(graph, type, parent.id);
  const parentId = border?.parent ?? parent?.id ?? vocabulary.usualParent(graph, type, near?.id);
  const lifecycle = lifecycleFromMessage(op.lifecycle);
  const usual = { ...vocabulary.usualProperties?.(graph, type, near?.id), ...border?.properties };
  const id = newId(graph, ws.seed, operationId, type, op.elementId);
  ws.create({
    kind: "element",
    value: {
      id,
      ...(op.key !== "" && { key: op.key }),
      type,
      name: op.name,
      ...(parentId !== undefined && { parent: parentId }),
      documentation: op.documentation,
      ...(lifecycle && { lifecycle }),
      properties: propertiesOf({ ...usual, ...op.properties } as JsonObject),
    },
  });
  if (near) ws.near.set(id, near.id);
}

import {
  GraphOperationSchema,
  type GraphOperation,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { create } from "@bufbuild/protobuf";
import { invertChanges } from "../../notation/apply-changes.ts";
import type { Change } from "../../notation/change.ts";
import { changeMessage } from "../../notation/model-messages.ts";

/** An operation of raw changes: compile it with `allowRawChanges`. */
export function rawOperation(id: string, changes: readonly Change[], rationale = ""): GraphOperation {
  const value = { changes: changes.map(changeMessage) };
  return create(GraphOperationSchema, { id, operation: { case: "rawChanges", value }, rationale });
}

/** The operation that takes the changes back. */
export function inverseOperation(changes: readonly Change[], id = "revert", rationale = ""): GraphOperation {
  return rawOperation(id, invertChanges(changes), rationale);
}

import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Change } from "../../notation/change.ts";

/** An operation of raw changes: compile it with `allowRawChanges`. */
export function rawOperation(id: string, changes: readonly Change[], rationale = ""): GraphOperation {
  throw new Error(`being written: ${id}${changes.length}${rationale}`);
}

/** The operation that takes the changes back. */
export function inverseOperation(changes: readonly Change[], id = "revert"): GraphOperation {
  return rawOperation(id, changes);
}

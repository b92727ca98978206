import {
  GraphOperationSchema,
  type GraphOperation,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator } from "@bufbuild/protovalidate";
import type { Problem } from "../../notation/problem.ts";
import { MAX_OPERATIONS } from "./limits.ts";

const validator = createValidator();

/** What is wrong with the operations whatever the model is. Those with problems are not to be applied. */
export function validateOperations(
  operations: readonly GraphOperation[],
  allowRawChanges: boolean,
): { problems: Problem[]; invalid: ReadonlySet<number> } {
  const problems: Problem[] = [];
  const invalid = new Set<number>();
  const wrong = (index: number, code: string, message: string, path = "") => {
    invalid.add(index);
    const at = `operations[${index}]${path === "" ? "" : `.${path}`}`;
    problems.push({ severity: "error", code, message, operationId: operations[index]?.id ?? "", path: at });
  };
  if (operations.length > MAX_OPERATIONS) {
    const message = `${operations.length} operations are more than ${MAX_OPERATIONS}: make several patches`;
    problems.push({ severity: "error", code: "TOO_MANY_OPERATIONS", message, path: "operations" });
  }
  const seen = new Set<string>();
  for (const [index, operation] of operations.slice(0, MAX_OPERATIONS).entries()) {
    for (const [path, message] of schemaViolations(operation))
      wrong(index, "SCHEMA_VIOLATION", message, path);
    if (seen.has(operation.id))
      wrong(index, "OPERATION_ID_REUSED", `another operation has the id ${operation.id}`, "id");
    seen.add(operation.id);
    if (operation.operation.case === "rawChanges" && !allowRawChanges)
      wrong(index, "RAW_CHANGES_REFUSED", "raw changes are made by the server only", "raw_changes");
  }
  return { problems, invalid };
}

function schemaViolations(operation: GraphOperation): [path: string, message: string][] {
  // Those the server makes itself are large, and checked change by change.
  if (operation.operation.case === "rawChanges") return [];
  const result = validator.validate(GraphOperationSchema, operation);
  if (result.kind === "valid") return [];
  if (result.kind === "error") return [["", result.error.message]];
  return result.violations.map(({ field, message }) => [pathToString(field), message]);
}

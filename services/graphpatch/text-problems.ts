import {
  GraphOperationSchema,
  type GraphOperation,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { toJson, type JsonValue } from "@bufbuild/protobuf";
import type { Problem } from "../notation/problem.ts";

// What neither XML nor PostgreSQL can hold.
// oxlint-disable-next-line no-control-regex
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Texts with characters that no file could be written with, in values and in names of properties. */
export function textProblems(operations: readonly GraphOperation[]): Problem[] {
  return operations.flatMap((operation, i) => {
    if (operation.operation.case === "rawChanges") return [];
    const json = toJson(GraphOperationSchema, operation);
    return [...unwritable(json, `operations[${i}]`)].map((path) => ({
      severity: "error" as const,
      code: "CHARACTER_REFUSED",
      message: "the text has a control character, which no file of a model can hold; leave it out",
      operationId: operation.id,
      path,
    }));
  });
}

function* unwritable(value: JsonValue, path: string): Generator<string> {
  if (typeof value === "string" && UNWRITABLE.test(value)) yield path;
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const [i, inner] of value.entries()) yield* unwritable(inner, `${path}[${i}]`);
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    if (UNWRITABLE.test(name)) yield path;
    yield* unwritable(inner, `${path}.${name}`);
  }
}

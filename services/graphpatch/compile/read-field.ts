import type { Found } from "./found.ts";
import type { OperationScope } from "./operation-scope.ts";

/** A field on which the operation depends: whoever changes it makes the patch stale. */
export function readField({ ws, operationId }: OperationScope, ref: Found, field: string): void {
  ws.reads.push({ kind: "field", operationId, ref, field, value: ws.valueOf(ref, field) });
}

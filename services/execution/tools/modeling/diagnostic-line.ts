import { Severity, type Diagnostic } from "@ameide/proto/ameide/model/v1/model_pb.js";

/** A diagnostic as a model reads it. */
export function diagnosticLine({ severity, code, message, itemId, operationId, path }: Diagnostic): string {
  const where = [
    ...(operationId === "" ? [] : [`operation ${operationId}`]),
    ...(path === "" ? [] : [path]),
    ...(itemId === "" ? [] : [itemId]),
  ].join(", ");
  return `${Severity[severity].toLowerCase()} ${code}${where === "" ? "" : ` (${where})`}: ${message}`;
}

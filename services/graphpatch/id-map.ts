import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { CompiledPatch } from "./compile/index.ts";

/** What new items are called, by what the caller called them: see `SubmitChangeSetResponse.Ack.id_map`. */
export function idMapOf({
  input,
  created,
}: Pick<CompiledPatch, "created"> & { input: Pick<CompiledPatch["input"], "operations"> }): Record<
  string,
  string
> {
  const wanted = new Map(input.operations.map((operation) => [operation.id, wantedId(operation)]));
  const ids: [string, string][] = [];
  for (const [name, [first]] of created)
    if (first && "id" in first) ids.push([wanted.get(name) || name, first.id]);
  return Object.fromEntries(ids);
}

function wantedId({ operation }: GraphOperation): string {
  switch (operation.case) {
    case "addNode":
      return operation.value.elementId;
    case "connect":
      return operation.value.relationId;
    case "addView":
      return operation.value.viewId;
    default:
      return "";
  }
}

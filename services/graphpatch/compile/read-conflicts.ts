import { fieldsOf } from "../../notation/graph-draft.ts";
import type { CompiledPatch, Read } from "./compiled-patch.ts";
import type { ConflictList } from "./conflict-list.ts";

/** Others have changed what the patch was decided upon. */
export function findReadConflicts(
  conflicts: ConflictList,
  made: CompiledPatch,
  rebased: CompiledPatch,
): void {
  const now = new Map(
    rebased.reads.flatMap((read) => (read.kind === "selection" ? [[keyOf(read), read]] : [])),
  );
  for (const read of made.reads) {
    if (read.kind === "field") {
      // What the patch itself has made or changed before it read it is its own business.
      if (fieldsOf(made.input.graph, read.ref) === undefined) continue;
      if (conflicts.changed(read.ref, read.field))
        conflicts.addField(read.operationId, read.ref, read.field, undefined, true);
      continue;
    }
    const found = now.get(keyOf(read));
    const [then, today] = [new Set(read.ids), new Set(found?.ids ?? [])];
    for (const id of then.symmetricDifference(today)) {
      const ref = conflicts.refOf(id);
      conflicts.addItem(read.operationId, ref, !writes(made, read.operationId, id));
    }
  }
}

const keyOf = ({ operationId, path }: Extract<Read, { kind: "selection" }>): string =>
  `${operationId} ${path}`;

const writes = (made: CompiledPatch, operationId: string, id: string): boolean =>
  made.writes.some((write) => write.operationId === operationId && "id" in write.ref && write.ref.id === id);

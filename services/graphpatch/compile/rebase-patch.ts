import type { Change, ItemRef } from "../../notation/change.ts";
import type { Graph } from "../../notation/graph.ts";
import { compilePatch } from "./compile-patch.ts";
import type { CompiledPatch, Conflict } from "./compiled-patch.ts";
import { ConflictList } from "./conflict-list.ts";
import { findReadConflicts } from "./read-conflicts.ts";
import { refOfChange } from "./item-key.ts";
import { findResultConflicts, findWriteConflicts } from "./write-conflicts.ts";

export interface RebaseInput {
  /** The patch at the version that it was made against. */
  readonly compiled: CompiledPatch;
  /** What others have changed since. */
  readonly theirs: readonly Change[];
  readonly head: Graph;
}

export interface Rebase {
  /** Nothing that the patch writes or reads has changed, and it is as valid as it was. */
  readonly ok: boolean;
  /** The patch at the head; to be applied only if `ok`. */
  readonly compiled: CompiledPatch;
  /** May be empty although it is not ok: `compiled.problems` say why. */
  readonly conflicts: readonly Conflict[];
}

/** The patch on a head that has moved. A rebased patch does what it would have done had it been made there. */
export function rebasePatch({ compiled: made, theirs, head }: RebaseInput): Rebase {
  const alsoCheck = touchedBy(theirs);
  const compiled = compilePatch({ ...made.input, graph: head, alsoCheck });
  const conflicts = new ConflictList(made.input.graph, head);
  findWriteConflicts(conflicts, made, theirs);
  findReadConflicts(conflicts, made, compiled);
  findResultConflicts(conflicts, made, compiled);
  for (const { severity, operationId = "", itemId = "", relatedIds = [] } of compiled.problems) {
    if (severity !== "error" || conflicts.has(operationId)) continue;
    for (const id of [itemId, ...relatedIds])
      if (alsoCheck.has(id)) conflicts.addItem(operationId, conflicts.refOf(id), true);
  }
  return { ok: compiled.ok && conflicts.list.length === 0, compiled, conflicts: conflicts.list };
}

function touchedBy(changes: readonly Change[]): Set<string> {
  const touched = new Set<string>();
  for (const change of changes) {
    const ref: ItemRef = refOfChange(change);
    if (ref.kind !== "model") touched.add("viewId" in ref ? ref.viewId : ref.id);
    if (change.op === "set" || change.op === "move" || change.item.kind !== "relation") continue;
    touched.add(change.item.value.source).add(change.item.value.target);
  }
  return touched;
}

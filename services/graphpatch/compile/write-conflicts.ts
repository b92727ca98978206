import type { Change, ItemRef } from "../../notation/change.ts";
import { fieldsOf, sameValue } from "../../notation/graph-draft.ts";
import type { Value } from "../../notation/graph.ts";
import type { CompiledPatch } from "./compiled-patch.ts";
import { itemIn, type ConflictList } from "./conflict-list.ts";
import { isLayout, refKey, refOfChange } from "./item-key.ts";

/** Operations that are about the drawing; of others it only follows, and does not decide. */
const DRAWING = new Set([
  "addView",
  "removeView",
  "setBounds",
  "setWaypoints",
  "setStyle",
  "showInView",
  "hideFromView",
]);

/** Others have changed what the patch changes. */
export function findWriteConflicts(
  conflicts: ConflictList,
  made: CompiledPatch,
  theirs: readonly Change[],
): void {
  const counts = decisive(made);
  const moved = new Set(theirs.flatMap((change) => (change.op === "move" ? [refKey(change.ref)] : [])));
  for (const [i, change] of made.changes.entries()) {
    const origin = made.origins[i] ?? "";
    if (counts(change, origin)) findWriteConflict(conflicts, change, origin, moved);
  }
}

function findWriteConflict(
  conflicts: ConflictList,
  change: Change,
  origin: string,
  moved: ReadonlySet<string>,
): void {
  const ref = refOfChange(change);
  switch (change.op) {
    case "set":
      if (conflicts.isGone(ref) || conflicts.differs(ref, change.field, change.to))
        conflicts.addField(origin, ref, change.field, change.to);
      return;
    case "add":
      if (conflicts.isTaken(ref))
        conflicts.addItem(origin, ref, false, change.item.value as unknown as Value);
      return;
    case "remove":
      for (const field of new Set([...fieldsIn(change.item.value), ...fieldsIn(conflicts.theirs(ref))]))
        if (!conflicts.isGone(ref) && conflicts.differs(ref, field, undefined))
          conflicts.addField(origin, ref, field, undefined);
      return;
    case "move":
      if (moved.has(refKey(ref)) || conflicts.isGone(ref)) conflicts.addItem(origin, ref, false);
  }
}

/** Each field, and each property of an item. */
function fieldsIn(item: object = {}): string[] {
  const {
    properties = {},
    nodes: _nodes,
    connections: _connections,
    ...fields
  } = item as Record<string, object>;
  return [...Object.keys(fields), ...Object.keys(properties).map((name) => `properties.${name}`)];
}

/** Whether a change is one that others may not have made differently. */
function decisive(patch: CompiledPatch): (change: Change, origin: string) => boolean {
  const drawing = new Set(
    patch.input.operations.flatMap(({ id, operation }) => (DRAWING.has(operation.case ?? "") ? [id] : [])),
  );
  return (change, origin) => !isLayout(refOfChange(change)) || drawing.has(origin);
}

/** At the head the patch would do something else than it did at the base, and was reviewed to do. */
export function findResultConflicts(
  conflicts: ConflictList,
  made: CompiledPatch,
  rebased: CompiledPatch,
): void {
  if (!rebased.ok) return;
  const counts = decisive(made);
  const before = new Map(
    made.changes.flatMap((change, i) =>
      counts(change, made.origins[i] ?? "") ? [[changeKey(change), change] as const] : [],
    ),
  );
  for (const [i, change] of rebased.changes.entries()) {
    const origin = rebased.origins[i] ?? "";
    if (!counts(change, origin)) continue;
    const was = before.get(changeKey(change));
    before.delete(changeKey(change));
    if (was && sameOutcome(was, change)) continue;
    // Where others have put something in between, it takes a step more to stand before what the patch says.
    if (change.op === "move") continue;
    report(conflicts, made, change, origin);
  }
  const origins = new Map(made.changes.map((change, i) => [change, made.origins[i] ?? ""]));
  for (const change of before.values()) reportMissing(conflicts, change, origins.get(change) ?? "");
}

/** What the patch did at the base, and would not do at the head: no matter where it is so already. */
function reportMissing(conflicts: ConflictList, change: Change, origin: string): void {
  const ref = refOfChange(change);
  if (change.op === "add") conflicts.addItem(origin, ref, false, change.item.value as unknown as Value);
  else if (change.op === "remove" && conflicts.theirs(ref)) conflicts.addItem(origin, ref, false);
  else if (change.op === "set" && !conflicts.isSo(ref, change.field, change.to))
    conflicts.addField(origin, ref, change.field, change.to);
}

function report(conflicts: ConflictList, made: CompiledPatch, change: Change, origin: string): void {
  const ref: ItemRef = refOfChange(change);
  // New to the base as well as to the head: what it comes from has changed, and is told by what was read.
  const isNew = change.op === "add" && fieldsOf(made.input.graph, ref) === undefined;
  if (change.op === "set") conflicts.addField(origin, ref, change.field, change.to);
  else conflicts.addItem(origin, ref, false, isNew ? itemIn(made.graph, ref) : undefined);
}

const changeKey = (change: Change): string =>
  `${change.op} ${refKey(refOfChange(change))} ${change.op === "set" ? change.field : ""}`;

function sameOutcome(a: Change, b: Change): boolean {
  if (a.op === "set" && b.op === "set") return sameValue(a.to, b.to);
  if (a.op === "add" && b.op === "add") return sameValue(a.item.value, b.item.value);
  return true;
}

import type { DiffCountsSchema } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Change } from "../notation/change.ts";
import { refKey, refOfChange } from "./compile/item-key.ts";

const LAYOUT: ReadonlySet<string> = new Set(["view", "node", "connection"]);

export const isLayoutChange = (change: Change): boolean => LAYOUT.has(refOfChange(change).kind);

/** Of items: one that was replaced counts as changed. */
export function countChanges(changes: readonly Change[]): MessageInitShape<typeof DiffCountsSchema> {
  const added = new Set<string>();
  const removed = new Set<string>();
  const changed = new Set<string>();
  for (const change of changes) {
    const kind = change.op === "add" ? added : change.op === "remove" ? removed : changed;
    kind.add(refKey(refOfChange(change)));
  }
  for (const key of added.intersection(removed)) {
    added.delete(key);
    removed.delete(key);
    changed.add(key);
  }
  return { added: added.size, removed: removed.size, changed: changed.difference(added).size };
}

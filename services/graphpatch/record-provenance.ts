import type { GraphPatch } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { Change } from "../notation/change.ts";
import { itemRefMessage } from "../notation/model-messages.ts";
import type { Tx } from "../platform/db/database.ts";
import type { CompiledPatch } from "./compile/index.ts";
import { refOfChange } from "./compile/item-key.ts";
import { insertProvenance, type ProvenanceRow } from "./provenance-store.ts";

/** Says of every field that changed which patch and operation is answerable for it. */
export async function recordProvenance(
  tx: Tx,
  streamId: string,
  { patchId, appliedVersion }: Pick<GraphPatch, "patchId" | "appliedVersion">,
  { changes, origins }: Pick<CompiledPatch, "changes" | "origins">,
  at: Date,
): Promise<void> {
  const rows = new Map<string, ProvenanceRow>();
  changes.forEach((change, i) => {
    const changed = changedField(change);
    const { itemKind, viewId, itemId, field } = changed;
    const removed = change.op === "remove";
    const operationId = origins[i] ?? "";
    rows.set(`${itemKind} ${viewId} ${itemId} ${field}`, { ...changed, removed, operationId });
  });
  const where = { streamId, patchId, version: Number(appliedVersion), createTime: at };
  await insertProvenance(tx, where, [...rows.values()]);
}

export type ChangedField = Pick<ProvenanceRow, "itemId" | "itemKind" | "viewId" | "field">;

/** What a change is about; an item as a whole has no field. */
export function changedField(change: Change): ChangedField {
  const { kind, id, viewId } = itemRefMessage(refOfChange(change));
  return { itemId: id, itemKind: kind, viewId, field: fieldOf(change) };
}

const ORDER = "order";

const fieldOf = (change: Change): string =>
  change.op === "set" ? change.field : change.op === "move" ? ORDER : "";

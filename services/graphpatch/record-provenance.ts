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
    const { kind, id, viewId } = itemRefMessage(refOfChange(change));
    const field = fieldOf(change);
    const removed = change.op === "remove";
    rows.set(`${kind} ${viewId} ${id} ${field}`, {
      itemId: id,
      itemKind: kind,
      viewId,
      field,
      removed,
      operationId: origins[i] ?? "",
    });
  });
  const where = { streamId, patchId, version: Number(appliedVersion), createTime: at };
  await insertProvenance(tx, where, [...rows.values()]);
}

const ORDER = "order";

const fieldOf = (change: Change): string =>
  change.op === "set" ? change.field : change.op === "move" ? ORDER : "";

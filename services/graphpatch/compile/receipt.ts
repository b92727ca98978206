import type { Change, ItemRef } from "../../notation/change.ts";
import { fieldsOf } from "../../notation/graph-draft.ts";
import type { Graph } from "../../notation/graph.ts";
import { hashGraph } from "./hash-graph.ts";
import { refKey, refOfChange } from "./item-key.ts";

/** Proof of what changes did, and that they did nothing else. Hashes are SHA-256, hex. */
export interface PatchReceipt {
  readonly untouchedBefore: string;
  readonly untouchedAfter: string;
  readonly untouchedItems: number;
  readonly touched: readonly ItemRef[];
  readonly modelBefore: string;
  readonly modelAfter: string;
}

/** Each side is computed from its own graph. */
export function receiptFor(before: Graph, after: Graph, changes: readonly Change[]): PatchReceipt {
  const touched = new Map(changes.map(refOfChange).map((ref) => [refKey(ref), ref]));
  const except = new Map<string, Set<string>>();
  let existed = 0;
  for (const ref of touched.values()) {
    if (ref.kind === "model") {
      except.set("model", new Set());
      continue;
    }
    const group = "viewId" in ref ? `${ref.kind} ${ref.viewId}` : ref.kind;
    const ids = except.get(group) ?? new Set();
    except.set(group, ids.add(ref.id));
    if (fieldsOf(before, ref)) existed++;
  }
  return {
    untouchedBefore: hashGraph(before, except),
    untouchedAfter: hashGraph(after, except),
    untouchedItems: countItems(before) - existed,
    touched: [...touched.values()],
    modelBefore: hashGraph(before),
    modelAfter: hashGraph(after),
  };
}

function countItems({ elements, relations, views }: Graph): number {
  let count = elements.size + relations.size + views.size;
  for (const { nodes, connections } of views.values()) count += nodes.size + connections.size;
  return count;
}

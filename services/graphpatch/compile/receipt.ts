import type { Change, ItemRef } from "../../notation/change.ts";
import type { Graph } from "../../notation/graph.ts";

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
  throw new Error(`being written: ${before.id}${after.id}${changes.length}`);
}

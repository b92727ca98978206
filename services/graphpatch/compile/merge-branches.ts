import type { Change } from "../../notation/change.ts";
import type { Graph } from "../../notation/graph.ts";
import type { Conflict } from "./compiled-patch.ts";

export interface Merge {
  /** What brings to the head what the branch has changed since the base; without what conflicts. */
  readonly changes: readonly Change[];
  /** `theirs` is the head's, `yours` the branch's. */
  readonly conflicts: readonly Conflict[];
}

/** Three-way: what both sides have changed alike is no conflict. */
export function mergeBranches(base: Graph, head: Graph, branch: Graph): Merge {
  throw new Error(`being written: ${base.id}${head.id}${branch.id}`);
}

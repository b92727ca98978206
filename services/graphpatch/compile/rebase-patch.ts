import type { Change } from "../../notation/change.ts";
import type { Graph } from "../../notation/graph.ts";
import type { CompiledPatch, Conflict } from "./compiled-patch.ts";

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
  readonly conflicts: readonly Conflict[];
}

/** The patch on a head that has moved. A rebased patch does what it would have done had it been made there. */
export function rebasePatch(input: RebaseInput): Rebase {
  throw new Error(`being written: ${input.head.id}`);
}

import type { CompiledPatch, PatchInput } from "./compiled-patch.ts";

/** What the operations come to on the graph, with every problem there is. Pure. */
export function compilePatch(input: PatchInput): CompiledPatch {
  throw new Error(`being written: ${input.seed}`);
}

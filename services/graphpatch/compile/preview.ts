import type { PatchPreview } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { CompiledPatch } from "./compiled-patch.ts";

/** The patch as a reviewer sees it: changes, effects, a line for each operation, commands for an open editor. */
export function previewOf(compiled: CompiledPatch): PatchPreview {
  throw new Error(`being written: ${compiled.input.seed}`);
}

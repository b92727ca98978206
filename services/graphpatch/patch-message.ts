import type { GraphPatch } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { etagOf } from "../platform/command/etag.ts";
import type { PatchState } from "./patch.ts";

/** As callers see it. */
export const patchMessage = ({ patch, version }: PatchState): GraphPatch => ({
  ...patch,
  etag: etagOf(version),
});

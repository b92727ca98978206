import { PatchStatus, type PatchPreview } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type {
  GetPatchRequest,
  GetPatchResponseSchema,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Reader } from "../platform/db/database.ts";
import { loadPatch } from "./change-patch.ts";
import { previewOf } from "./compile/index.ts";
import { compileOn, loadBase } from "./compile-proposal.ts";
import type { PatchState } from "./patch.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { patchMessage } from "./patch-message.ts";
import { operationsToApply } from "./reviews.ts";

export async function getPatch(
  deps: PatchDeps,
  actor: Actor,
  request: GetPatchRequest,
): Promise<MessageInitShape<typeof GetPatchResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const state = await loadPatch(reader, request.patchId);
  const preview = request.withoutPreview ? undefined : await previewOfStored(deps, reader, state);
  return { patch: patchMessage(state), ...(preview && { preview }) };
}

/** What it does at the version that it was made, or applied, for; ids of new items are the same each time. */
async function previewOfStored(
  deps: PatchDeps,
  reader: Reader,
  { patch }: PatchState,
): Promise<PatchPreview | undefined> {
  if (patch.status === PatchStatus.REJECTED) return undefined;
  const base = await loadBase(deps, reader, patch, Number(patch.baseVersion));
  const operations = operationsToApply(patch);
  return previewOf(await compileOn(deps, reader, base, { ...patch, operations }));
}

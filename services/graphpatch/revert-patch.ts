import { PatchOrigin } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  GraphPatchService,
  type RevertPatchRequest,
  type RevertPatchResponseSchema,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { readChanges } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Reader } from "../platform/db/database.ts";
import { loadPatch } from "./change-patch.ts";
import { inverseOperation } from "./compile/index.ts";
import { loadBase } from "./compile-proposal.ts";
import { storeMadePatch, type MadePatch } from "./made-patch.ts";
import { requireRevertible, type PatchState } from "./patch.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { cut } from "./title-of.ts";

export async function revertPatch(
  deps: PatchDeps,
  actor: Actor,
  request: RevertPatchRequest,
): Promise<MessageInitShape<typeof RevertPatchResponseSchema>> {
  requireScope(actor, "artifact.write");
  const { patchId, apply, requestId } = request;
  const { artifactId, branch } = (await loadPatch(deps.database.reader(actor.tenantId), patchId)).patch;
  return storeMadePatch(deps, actor, {
    artifactId,
    branch,
    apply,
    requestId,
    make: async (reader) => makeRevert(deps, reader, await loadPatch(reader, patchId)),
    run: (work) => runCommand(deps, actor, GraphPatchService.method.revertPatch, request, work) as never,
  });
}

/** Exactly what its commit did, the other way round. */
async function makeRevert(deps: PatchDeps, reader: Reader, state: PatchState): Promise<MadePatch> {
  requireRevertible(state);
  const { patchId, artifactId, branch, title, appliedVersion } = state.patch;
  const version = Number(appliedVersion);
  const commits = await readChanges(deps, reader, { artifactId, branch }, version - 1, version);
  const commit = commits.find((each) => each.version === version && each.patchId === patchId);
  if (!commit?.changes)
    throw new Error(`version ${version} of ${artifactId} is not that of its patch ${patchId}`);
  return {
    model: await loadBase(deps, reader, state.patch, version),
    operations: [inverseOperation(commit.changes)],
    title: cut(`Revert: ${title}`),
    origin: PatchOrigin.REVERT,
    reverts: patchId,
  };
}

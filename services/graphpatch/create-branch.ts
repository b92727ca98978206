import {
  GraphPatchService,
  type CreateBranchRequest,
  type CreateBranchResponse,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { createBranch as addBranch, MAIN } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import { branchMessage } from "./branch-message.ts";
import type { PatchDeps } from "./patch-deps.ts";

export async function createBranch(
  deps: PatchDeps,
  actor: Actor,
  request: CreateBranchRequest,
): Promise<CreateBranchResponse> {
  requireScope(actor, "artifact.write");
  const { name, requestId, from } = request;
  const artifactId = request.artifactId.toLowerCase();
  const base = { artifactId, branch: from?.branch || MAIN };
  const version = Number(from?.version ?? 0n);
  return runCommand(deps, actor, GraphPatchService.method.createBranch, request, async (tx) => {
    const at = { ...base, ...(version > 0 && { version }) };
    const branch = await addBranch(tx, deps, actor, { from: at, name, requestId });
    return { branch: branchMessage(branch, base.branch) };
  });
}

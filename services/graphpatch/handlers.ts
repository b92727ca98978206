import type { AutopilotService } from "@ameide/proto/ameide/graphpatch/v1/autopilot_service_pb.js";
import type { GraphPatchService } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import type { ServiceImpl } from "@connectrpc/connect";
import { actorOf } from "../platform/auth/request-actor.ts";
import { applyPatch } from "./apply-patch.ts";
import { createBranch } from "./create-branch.ts";
import { diffVersions } from "./diff-versions.ts";
import { getAutopilot } from "./get-autopilot.ts";
import { getPatch } from "./get-patch.ts";
import { getProvenance } from "./get-provenance.ts";
import { listBranches } from "./list-branches.ts";
import { listPatches } from "./list-patches.ts";
import { mergeBranch } from "./merge-branch.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { proposePatch } from "./propose-patch.ts";
import { revertPatch } from "./revert-patch.ts";
import { reviewPatch } from "./review-patch.ts";
import { setAutopilot } from "./set-autopilot.ts";
import { submitChangeSet } from "./submit-change-set.ts";

export function createGraphPatchHandlers(deps: PatchDeps) {
  const patches: ServiceImpl<typeof GraphPatchService> = {
    proposePatch: (request, context) => proposePatch(deps, actorOf(context), request),
    getPatch: (request, context) => getPatch(deps, actorOf(context), request),
    listPatches: (request, context) => listPatches(deps, actorOf(context), request),
    reviewPatch: (request, context) => reviewPatch(deps, actorOf(context), request),
    applyPatch: (request, context) => applyPatch(deps, actorOf(context), request),
    revertPatch: (request, context) => revertPatch(deps, actorOf(context), request),
    submitChangeSet: (request, context) => submitChangeSet(deps, actorOf(context), request),
    diff: (request, context) => diffVersions(deps, actorOf(context), request),
    createBranch: (request, context) => createBranch(deps, actorOf(context), request),
    listBranches: (request, context) => listBranches(deps, actorOf(context), request),
    mergeBranch: (request, context) => mergeBranch(deps, actorOf(context), request),
    getProvenance: (request, context) => getProvenance(deps, actorOf(context), request),
  };
  const autopilot: ServiceImpl<typeof AutopilotService> = {
    setAutopilot: (request, context) => setAutopilot(deps, actorOf(context), request),
    getAutopilot: (request, context) => getAutopilot(deps, actorOf(context), request),
  };
  return { patches, autopilot };
}

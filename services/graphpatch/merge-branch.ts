import { MergeSourceSchema, PatchOrigin } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  GraphPatchService,
  type MergeBranchRequest,
  type MergeBranchResponseSchema,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { loadModel, MAIN, type LoadedModel } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Reader } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { mergeBranches, rawOperation } from "./compile/index.ts";
import { storeMadePatch, type MadePatch } from "./made-patch.ts";
import { mergeBaseOf } from "./merge-base.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { patchConflict } from "./patch-refused.ts";

export async function mergeBranch(
  deps: PatchDeps,
  actor: Actor,
  request: MergeBranchRequest,
): Promise<MessageInitShape<typeof MergeBranchResponseSchema>> {
  requireScope(actor, "artifact.write");
  const { apply, requestId } = request;
  const artifactId = request.artifactId.toLowerCase();
  const [from, into] = [request.from || MAIN, request.into || MAIN];
  return storeMadePatch(deps, actor, {
    artifactId,
    branch: into,
    apply,
    requestId,
    make: (reader) => makeMerge(deps, reader, { artifactId, from, into }),
    run: (work) => runCommand(deps, actor, GraphPatchService.method.mergeBranch, request, work) as never,
  });
}

/** The branches of a merge. */
export interface Merging {
  artifactId: string;
  from: string;
  into: string;
}

async function makeMerge(deps: PatchDeps, reader: Reader, merging: Merging): Promise<MadePatch> {
  const { artifactId, from, into } = merging;
  const source = await loadModel(deps, reader, { artifactId, branch: from });
  const target = await loadModel(deps, reader, { artifactId, branch: into });
  const base = await loadModel(deps, reader, await mergeBaseOf(reader, merging));
  const { changes, conflicts } = mergeBranches(base.graph, target.graph, source.graph);
  if (conflicts.length > 0) throw patchConflict(conflicts);
  if (changes.length === 0) throw nothingToMerge(source, target);
  return {
    model: target,
    operations: [rawOperation("merge", changes, `Brings what ${from} has into ${into}.`)],
    title: `Merge ${from} into ${into}`,
    origin: PatchOrigin.MERGE,
    mergeSource: create(MergeSourceSchema, { branch: from, version: BigInt(source.version) }),
  };
}

function nothingToMerge(source: LoadedModel, target: LoadedModel): AppError {
  const message = `${target.branch} has all that ${source.branch} has; there is nothing to merge`;
  return new AppError("PATCH_STATE", message, {
    metadata: { artifact_id: source.artifactId, from: source.branch, into: target.branch },
  });
}

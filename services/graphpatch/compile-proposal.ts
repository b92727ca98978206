import { PatchOrigin, type GraphPatch } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  OperationDependencySchema,
  type OperationDependency,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { create } from "@bufbuild/protobuf";
import { loadModel, type LoadedModel } from "../artifact/index.ts";
import type { Reader } from "../platform/db/database.ts";
import { compilePatch, findDependencies, type CompiledPatch } from "./compile/index.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { textProblems } from "./text-problems.ts";

/** What is compiled: a patch, or what is to become one. */
export type Compilable = Pick<GraphPatch, "patchId" | "artifactId" | "branch" | "operations" | "origin">;

/** Changes that the server has worked out itself. */
const MADE_HERE: ReadonlySet<PatchOrigin> = new Set([PatchOrigin.REVERT, PatchOrigin.MERGE]);

export async function compileOn(
  deps: PatchDeps,
  reader: Reader,
  model: LoadedModel,
  { patchId, operations, origin }: Pick<Compilable, "patchId" | "operations" | "origin">,
): Promise<CompiledPatch> {
  const unwritable = textProblems(operations);
  const compiled = compilePatch({
    kit: model.kit,
    graph: model.graph,
    operations,
    seed: patchId,
    extraRules: await deps.rulesOf(reader, model),
    allowRawChanges: MADE_HERE.has(origin),
  });
  if (unwritable.length === 0) return compiled;
  return { ...compiled, ok: false, problems: [...unwritable, ...compiled.problems] };
}

/** The model at the version that the patch was made against. */
export const loadBase = (
  deps: PatchDeps,
  reader: Reader,
  { artifactId, branch }: Pick<Compilable, "artifactId" | "branch">,
  version: number,
): Promise<LoadedModel> => loadModel(deps, reader, { artifactId, branch, ...(version > 0 && { version }) });

export const dependenciesOf = (compiled: CompiledPatch): OperationDependency[] =>
  findDependencies(compiled).map(({ operationId, dependsOn }) =>
    create(OperationDependencySchema, { operationId, dependsOn: [...dependsOn] }),
  );

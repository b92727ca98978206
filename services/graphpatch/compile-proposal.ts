import { PatchOrigin, type GraphPatch } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  OperationDependencySchema,
  type OperationDependency,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { create } from "@bufbuild/protobuf";
import { loadModel, type LoadedModel } from "../artifact/index.ts";
import type { Reader } from "../platform/db/database.ts";
import { compilePatch, findDependencies, type CompiledPatch, type PatchInput } from "./compile/index.ts";
import { loadPatch } from "./change-patch.ts";
import { forgivingKit, forgivingRules } from "./forgiving-rules.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { textProblems } from "./text-problems.ts";

/** What is compiled: a patch, or what is to become one. */
export type Compilable = Pick<
  GraphPatch,
  "patchId" | "artifactId" | "branch" | "operations" | "origin" | "reverts"
>;

/** Changes that the server has worked out itself. */
const MADE_HERE: ReadonlySet<PatchOrigin> = new Set([PatchOrigin.REVERT, PatchOrigin.MERGE]);

export async function compileOn(
  deps: PatchDeps,
  reader: Reader,
  model: LoadedModel,
  patch: Pick<Compilable, "patchId" | "operations" | "origin" | "reverts">,
): Promise<CompiledPatch> {
  const { patchId, operations, origin } = patch;
  const unwritable = textProblems(operations);
  const compiled = compilePatch({
    ...(await rulesFor(deps, reader, model, patch.reverts)),
    graph: model.graph,
    operations,
    seed: patchId,
    allowRawChanges: MADE_HERE.has(origin),
  });
  if (unwritable.length === 0) return compiled;
  return { ...compiled, ok: false, problems: [...unwritable, ...compiled.problems] };
}

/** A revert may bring back what was wrong before the patch that it takes back. */
async function rulesFor(
  deps: PatchDeps,
  reader: Reader,
  model: LoadedModel,
  reverts: string,
): Promise<Pick<PatchInput, "kit" | "extraRules">> {
  const extraRules = await deps.rulesOf(reader, model);
  if (reverts === "") return { kit: model.kit, extraRules };
  const { patch } = await loadPatch(reader, reverts);
  const { graph } = await loadBase(deps, reader, patch, Number(patch.appliedVersion) - 1);
  return { kit: forgivingKit(model.kit, graph), extraRules: forgivingRules(extraRules, graph) };
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

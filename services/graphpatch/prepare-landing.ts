import { ReceiptSchema, type Receipt } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { create } from "@bufbuild/protobuf";
import { artifactStream, loadLine, loadModel, MAIN, type LoadedModel } from "../artifact/index.ts";
import { diffGraphs } from "../notation/diff-graphs.ts";
import { itemRefMessage } from "../notation/model-messages.ts";
import type { Reader } from "../platform/db/database.ts";
import { rebasePatch, receiptFor, type CompiledPatch } from "./compile/index.ts";
import { compileOn, loadBase, type Compilable } from "./compile-proposal.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { patchConflict, patchInvalid } from "./patch-refused.ts";

/** A patch that can be applied to the head of its branch, and nothing is left but to do it. */
export interface Landing {
  head: LoadedModel;
  /** Of the branch. */
  streamId: string;
  compiled: CompiledPatch;
  receipt: Receipt;
}

export interface ToLand extends Compilable {
  /** The version that the operations were made against. */
  base: number;
}

/** Compiles for the head, rebased if others have changed the model since. Throws PatchRefused when it does not fit. */
export async function prepareLanding(deps: PatchDeps, reader: Reader, patch: ToLand): Promise<Landing> {
  const { artifactId, branch } = patch;
  const head = await loadModel(deps, reader, { artifactId, branch });
  const hasMoved = patch.base < head.contentVersion;
  const compiled = hasMoved
    ? await rebaseOnto(deps, reader, head, patch)
    : await compileOn(deps, reader, head, patch);
  if (!compiled.ok) throw patchInvalid(compiled.problems, patch.patchId);
  const streamId = await streamOf(reader, head);
  return { head, streamId, compiled, receipt: receiptOf(head, compiled, hasMoved) };
}

async function rebaseOnto(
  deps: PatchDeps,
  reader: Reader,
  head: LoadedModel,
  patch: ToLand,
): Promise<CompiledPatch> {
  const base = await loadBase(deps, reader, patch, patch.base);
  const compiled = await compileOn(deps, reader, base, patch);
  if (!compiled.ok) return compiled;
  const theirs = diffGraphs(base.graph, head.graph);
  const rebased = rebasePatch({ compiled, theirs, head: head.graph });
  if (rebased.conflicts.length > 0) throw patchConflict(rebased.conflicts, patch.patchId);
  if (!rebased.ok) throw patchInvalid(rebased.compiled.problems, patch.patchId);
  return rebased.compiled;
}

function receiptOf(head: LoadedModel, compiled: CompiledPatch, rebased: boolean): Receipt {
  const { touched, untouchedItems, ...hashes } = receiptFor(head.graph, compiled.graph, compiled.changes);
  return create(ReceiptSchema, {
    ...hashes,
    untouchedItems: BigInt(untouchedItems),
    touched: touched.map(itemRefMessage),
    rebased,
  });
}

async function streamOf(reader: Reader, { artifactId, branch }: LoadedModel): Promise<string> {
  if (branch === MAIN) return artifactStream(artifactId);
  return (await loadLine(reader, { artifactId, branch })).streamId;
}

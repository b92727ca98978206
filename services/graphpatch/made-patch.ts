import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type {
  GraphPatch,
  MergeSource,
  PatchOrigin,
  PatchPreview,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { v7 as uuidv7 } from "uuid";
import type { LoadedModel } from "../artifact/index.ts";
import { diagnosticMessage } from "../notation/model-messages.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Reader, Tx } from "../platform/db/database.ts";
import { changePatch, whatIf } from "./change-patch.ts";
import { previewOf, type CompiledPatch } from "./compile/index.ts";
import { compileOn, dependenciesOf } from "./compile-proposal.ts";
import { landPatch } from "./land-patch.ts";
import { decidePropose, decideReview, newPatch, type PatchEvent, type PatchState } from "./patch.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { patchMessage } from "./patch-message.ts";
import { patchInvalid } from "./patch-refused.ts";
import { prepareLanding, type Landing } from "./prepare-landing.ts";
import { personOf } from "./propose-patch.ts";
import { approveUndecided } from "./reviews.ts";
import { settle } from "./settle.ts";
import { lockModel } from "./store.ts";

/** A patch that the server has worked out: a revert, a merge. */
export interface MadePatch {
  /** The model at the version that it is made against. */
  model: LoadedModel;
  operations: readonly GraphOperation[];
  title: string;
  origin: PatchOrigin;
  reverts?: string;
  mergeSource?: MergeSource;
}

interface Prepared {
  made: MadePatch;
  compiled: CompiledPatch;
  /** Only of one that is to be applied at once. */
  landing: Landing | undefined;
}

export interface StoredPatch {
  patch: GraphPatch;
  preview: PatchPreview;
}

interface ToStore {
  artifactId: string;
  branch: string;
  /** Approved by the actor; otherwise it waits for review. */
  apply: boolean;
  requestId: string;
  /** May be asked more than once. */
  make(reader: Reader): Promise<MadePatch>;
  /** Runs the command's transaction. */
  run(work: (tx: Tx) => Promise<StoredPatch>): Promise<StoredPatch>;
}

/** Stores such a patch and, if so asked, applies it in the same transaction. */
export async function storeMadePatch(deps: PatchDeps, actor: Actor, toStore: ToStore): Promise<StoredPatch> {
  requireScope(actor, "artifact.write");
  const { artifactId, branch, apply, make, run } = toStore;
  const patchId = uuidv7();
  const prepareWith = (reader: Reader) => prepare(deps, reader, patchId, make, apply);
  return deps.turns({ tenantId: actor.tenantId, artifactId, branch }, async () => {
    const reader = deps.database.reader(actor.tenantId);
    let ahead: (() => Prepared) | undefined = await settle(prepareWith(reader));
    return run(async (tx) => {
      if (apply) await lockModel(tx, { artifactId, branch });
      const prepared = ahead ? ahead() : await prepareWith(tx);
      ahead = undefined;
      return store(tx, deps, actor, newPatch(patchId), prepared, toStore.requestId);
    });
  });
}

async function prepare(
  deps: PatchDeps,
  reader: Reader,
  patchId: string,
  make: ToStore["make"],
  apply: boolean,
): Promise<Prepared> {
  const made = await make(reader);
  const { model, operations, origin, reverts = "" } = made;
  const patch = { patchId, operations: [...operations], origin, reverts };
  const compiled = await compileOn(deps, reader, model, patch);
  if (!compiled.ok) throw patchInvalid(compiled.problems);
  const { artifactId, branch, version: base } = model;
  const landing = apply
    ? await prepareLanding(deps, reader, { ...patch, artifactId, branch, base })
    : undefined;
  return { made, compiled, landing };
}

async function store(
  tx: Tx,
  deps: PatchDeps,
  actor: Actor,
  state: PatchState,
  { made, compiled, landing }: Prepared,
  requestId: string,
): Promise<StoredPatch> {
  const proposed = decideMade(state, actor, made, compiled);
  if (!landing) {
    const stored = await changePatch(tx, deps, actor, state, proposed, requestId);
    return { patch: patchMessage(stored), preview: previewOf(compiled) };
  }
  const before = [...proposed, ...approveAll(state, proposed, actor, deps.now())];
  const approval = { before, approvedBy: actor.userId, requestId };
  const landed = await landPatch(tx, deps, actor, state, landing, approval);
  return { patch: patchMessage(landed.state), preview: previewOf(landing.compiled) };
}

function decideMade(
  state: PatchState,
  actor: Actor,
  { model, ...made }: MadePatch,
  compiled: CompiledPatch,
): PatchEvent[] {
  return decidePropose(state, {
    ...made,
    artifactId: model.artifactId,
    branch: model.branch,
    baseVersion: model.version,
    author: personOf(actor),
    diagnostics: compiled.problems.map(diagnosticMessage),
    dependencies: dependenciesOf(compiled),
  });
}

/** The actor's own approval of what the actor has just asked for. */
export function approveAll(
  state: PatchState,
  proposed: readonly PatchEvent[],
  actor: Actor,
  at: Date,
): PatchEvent[] {
  const next = whatIf(state, proposed, actor, at);
  const { diagnostics, dependencies } = next.patch;
  const reviews = approveUndecided(next.patch, { userId: actor.userId, at });
  return decideReview(next, { reviews, diagnostics, dependencies });
}

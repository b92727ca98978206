import { RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { PatchOrigin } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { commitModel, type CommittedModel } from "../artifact/index.ts";
import { diagnosticMessage } from "../notation/model-messages.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { StreamVersionConflict } from "../platform/event-store/event-store.ts";
import { changePatch, loadPatch, whatIf } from "./change-patch.ts";
import { decideApply, decideReverted, decideRestored, type PatchEvent, type PatchState } from "./patch.ts";
import type { PatchDeps } from "./patch-deps.ts";
import type { Landing } from "./prepare-landing.ts";
import { recordProvenance } from "./record-provenance.ts";

/** What is to be stored along with it. */
export interface Approval {
  /** Events that come before; of a new patch that it was proposed. */
  before: readonly PatchEvent[];
  /** A user, or "allow-list". */
  approvedBy: string;
  comment?: string;
  requestId: string;
}

export interface Landed {
  state: PatchState;
  commit: CommittedModel;
}

/**
 * Makes the next version of the model, and in the same transaction all that follows: the patch's events, its row,
 * provenance, and what it takes back.
 */
export async function landPatch(
  tx: Tx,
  deps: PatchDeps,
  actor: Actor,
  state: PatchState,
  landing: Landing,
  { before, approvedBy, comment = "", requestId }: Approval,
): Promise<Landed> {
  const { patch } = whatIf(state, before, actor, deps.now());
  const { compiled, head, receipt, streamId } = landing;
  const commit = await commitOrRetry(tx, deps, actor, {
    ref: { artifactId: patch.artifactId, branch: patch.branch },
    expectedVersion: head.contentVersion,
    changes: compiled.changes,
    graph: compiled.graph,
    origin: REVISION_ORIGINS[patch.origin] ?? RevisionOrigin.PATCH,
    patchId: patch.patchId,
    comment: [patch.title, comment].filter(Boolean).join(": "),
    requestId,
  });
  const applied = decideApply(
    { patch, version: state.version },
    {
      baseVersion: head.version,
      appliedVersion: commit.version,
      receipt,
      approvedBy,
      diagnostics: compiled.problems.map(diagnosticMessage),
    },
  );
  const next = await changePatch(tx, deps, actor, state, [...before, ...applied], requestId);
  await recordProvenance(tx, streamId, next.patch, compiled, deps.now());
  await tellReverted(tx, deps, actor, next, requestId);
  return { state: next, commit };
}

const REVISION_ORIGINS: { readonly [origin in PatchOrigin]?: RevisionOrigin } = {
  [PatchOrigin.CHANGE_SET]: RevisionOrigin.CHANGE_SET,
  [PatchOrigin.REVERT]: RevisionOrigin.REVERT,
  [PatchOrigin.MERGE]: RevisionOrigin.MERGE,
};

/** A head that moved after the patch was compiled is no refusal: it is compiled again. */
async function commitOrRetry(...args: Parameters<typeof commitModel>): Promise<CommittedModel> {
  try {
    return await commitModel(...args);
  } catch (error) {
    if (error instanceof AppError && error.reason === "VERSION_MISMATCH")
      throw new StreamVersionConflict([args[3].ref.artifactId], { cause: error });
    throw error;
  }
}

/** The patch that was taken back says so; and the one that had been taken back by that one is in force again. */
async function tellReverted(
  tx: Tx,
  deps: PatchDeps,
  actor: Actor,
  { patch: { patchId, reverts } }: PatchState,
  requestId: string,
): Promise<void> {
  if (reverts === "") return;
  const reverted = await loadPatch(tx, reverts);
  await changePatch(tx, deps, actor, reverted, decideReverted(reverted, patchId), requestId);
  if (reverted.patch.reverts === "") return;
  const restored = await loadPatch(tx, reverted.patch.reverts);
  await changePatch(tx, deps, actor, restored, decideRestored(restored, patchId), requestId);
}

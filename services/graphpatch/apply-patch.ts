import type { GraphPatch } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  GraphPatchService,
  type ApplyPatchRequest,
  type ApplyPatchResponse,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { etagOf, requireEtag } from "../platform/command/etag.ts";
import { retryConflicts } from "../platform/command/retry-conflicts.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Reader, Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { changePatch, loadPatch, whatIf } from "./change-patch.ts";
import { landPatch, type Landed } from "./land-patch.ts";
import { modelDelta } from "./model-delta.ts";
import { decideFail, decideReview, requireApplicable, type PatchEvent, type PatchState } from "./patch.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { patchMessage } from "./patch-message.ts";
import { diagnosticsOf, PatchRefused } from "./patch-refused.ts";
import { prepareLanding, type Landing } from "./prepare-landing.ts";
import { approveUndecided, operationsToApply, undecidedOf } from "./reviews.ts";
import { settle } from "./settle.ts";
import { lockModel } from "./store.ts";

/** Who lets it be applied, and what has to be so. */
export interface ApplyPermission {
  /** A user, or "allow-list". */
  approvedBy: string;
  /** Throws unless this patch may be applied. */
  check?(reader: Reader, patch: GraphPatch): Promise<void>;
}

export async function applyPatch(
  deps: PatchDeps,
  actor: Actor,
  request: ApplyPatchRequest,
  permission: ApplyPermission = { approvedBy: actor.userId },
): Promise<ApplyPatchResponse> {
  requireScope(actor, "artifact.write");
  if (request.approveUndecided) requireScope(actor, "patch.review");
  const reader = deps.database.reader(actor.tenantId);
  const { artifactId, branch } = (await loadPatch(reader, request.patchId)).patch;
  return deps.turns({ tenantId: actor.tenantId, artifactId, branch }, async () => {
    const attempt: Attempt = { actor, request, permission, tried: 0 };
    let ahead: (() => Prepared) | undefined = await settle(prepare(deps, reader, attempt));
    try {
      return await runCommand(deps, actor, GraphPatchService.method.applyPatch, request, async (tx) => {
        await lockModel(tx, { artifactId, branch });
        // What was prepared outside of the transaction, to keep it short, is good for one try.
        const prepared = ahead ? ahead() : await prepare(deps, tx, attempt);
        ahead = undefined;
        await permission.check?.(tx, prepared.state.patch);
        return answer(await land(tx, deps, actor, prepared, request, permission), prepared.landing);
      });
    } catch (error) {
      if (error instanceof PatchRefused) await recordFailure(deps, attempt, error);
      throw error;
    }
  });
}

interface Prepared {
  state: PatchState;
  /** That undecided operations are approved, if so asked. */
  before: PatchEvent[];
  landing: Landing;
}

interface Attempt {
  actor: Actor;
  request: ApplyPatchRequest;
  permission: ApplyPermission;
  /** The version of the patch that was prepared last. */
  tried: number;
}

async function prepare(deps: PatchDeps, reader: Reader, attempt: Attempt): Promise<Prepared> {
  const { actor, request, permission } = attempt;
  const state = await loadPatch(reader, request.patchId);
  attempt.tried = state.version;
  requireEtag(request.etag, state.version);
  await permission.check?.(reader, state.patch);
  const before = request.approveUndecided ? approveRest(state, permission, deps.now()) : [];
  const { patch } = whatIf(state, before, actor, deps.now());
  requireApplicable({ patch, version: state.version });
  const operations = operationsToApply(patch);
  const landing = await prepareLanding(deps, reader, {
    ...patch,
    operations,
    base: Number(patch.baseVersion),
  });
  requireVersion(landing, Number(request.expectedVersion));
  return { state, before, landing };
}

function approveRest(state: PatchState, { approvedBy: userId }: ApplyPermission, at: Date): PatchEvent[] {
  if (undecidedOf(state.patch).length === 0) return [];
  const { diagnostics, dependencies } = state.patch;
  const reviews = approveUndecided(state.patch, { userId, at });
  return decideReview(state, { reviews, diagnostics, dependencies });
}

function requireVersion({ head }: Landing, expected: number): void {
  if (expected === 0 || head.contentVersion <= expected) return;
  throw new AppError("VERSION_MISMATCH", "the model changed since you read it; look at it again", {
    metadata: { expected: etagOf(expected), actual: etagOf(head.version) },
  });
}

function land(
  tx: Tx,
  deps: PatchDeps,
  actor: Actor,
  { state, before, landing }: Prepared,
  { comment, requestId }: ApplyPatchRequest,
  { approvedBy }: ApplyPermission,
): Promise<Landed> {
  return landPatch(tx, deps, actor, state, landing, { before, approvedBy, comment, requestId });
}

const answer = ({ state, commit }: Landed, { compiled }: Landing) => ({
  patch: patchMessage(state),
  delta: modelDelta(state.patch, commit, compiled.changes),
});

/** In a transaction of its own, since the one that failed is gone. A patch that is another by now has not failed. */
async function recordFailure(
  deps: PatchDeps,
  { actor, request, tried }: Attempt,
  refused: PatchRefused,
): Promise<void> {
  await retryConflicts(() =>
    deps.database.transaction(actor.tenantId, async (tx) => {
      const state = await loadPatch(tx, request.patchId);
      if (state.version !== tried) return;
      await changePatch(tx, deps, actor, state, decideFail(state, diagnosticsOf(refused)));
    }),
  );
}

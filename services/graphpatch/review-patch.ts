import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { ReviewDecision, type GraphPatch } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  GraphPatchService,
  type ReviewPatchRequest,
  type ReviewPatchRequest_Review,
  type ReviewPatchResponse,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { diagnosticMessage } from "../notation/model-messages.ts";
import type { Problem } from "../notation/problem.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { requireEtag } from "../platform/command/etag.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Tx } from "../platform/db/database.ts";
import { changePatch, loadPatch } from "./change-patch.ts";
import { previewOf, rejectOperations, type CompiledPatch } from "./compile/index.ts";
import { compileOn, dependenciesOf, loadBase } from "./compile-proposal.ts";
import { decideReview, requireEditable, requireNotApplied, type PatchState, type Reviewed } from "./patch.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { patchMessage } from "./patch-message.ts";
import { patchInvalid } from "./patch-refused.ts";
import { mergeReviews, rejectedBy, withEdits, withGone } from "./reviews.ts";

export async function reviewPatch(
  deps: PatchDeps,
  actor: Actor,
  request: ReviewPatchRequest,
): Promise<ReviewPatchResponse> {
  requireScope(actor, "patch.review");
  return runCommand(deps, actor, GraphPatchService.method.reviewPatch, request, async (tx) => {
    const state = await loadPatch(tx, request.patchId);
    requireEtag(request.etag, state.version);
    requireNotApplied(state);
    if (request.reviews.some(isEdit)) requireEditable(state);
    refuseProblems(reviewProblems(state.patch, request.reviews), request.patchId);
    const { compiled, ...reviewed } = await review(tx, deps, actor, state, request.reviews);
    const decided = decideReview(state, reviewed);
    const stored = await changePatch(tx, deps, actor, state, decided, request.requestId);
    return { patch: patchMessage(stored), preview: previewOf(compiled) };
  });
}

const isEdit = ({ decision, edited }: ReviewPatchRequest_Review): boolean =>
  decision === ReviewDecision.EDITED || edited !== undefined;

/** What the decisions come to: who goes with whom, and what is left of the patch. */
async function review(
  tx: Tx,
  deps: PatchDeps,
  { userId }: Actor,
  { patch }: PatchState,
  added: readonly ReviewPatchRequest_Review[],
): Promise<Reviewed & { compiled: CompiledPatch }> {
  const at = deps.now();
  const reviews = mergeReviews(patch.reviews, added, { userId, at });
  const base = await loadBase(deps, tx, patch, Number(patch.baseVersion));
  const operations = withEdits(patch.operations, reviews);
  const whole = await compileOn(deps, tx, base, { ...patch, operations });
  const { compiled, gone } = rejectOperations(whole, rejectedBy(reviews));
  refuseProblems(compiled.problems, patch.patchId);
  const isEdited = added.some(isEdit);
  return {
    compiled,
    reviews: withGone(reviews, gone, at),
    diagnostics: compiled.problems.map(diagnosticMessage),
    dependencies: isEdited && whole.ok ? dependenciesOf(whole) : patch.dependencies,
  };
}

function reviewProblems(
  { operations, patchId }: GraphPatch,
  reviews: readonly ReviewPatchRequest_Review[],
): Problem[] {
  const known = new Set(operations.map(({ id }) => id));
  return reviews.flatMap(({ operationId, edited }, i) => {
    const path = `reviews[${i}]`;
    if (!known.has(operationId))
      return problem("OPERATION_UNKNOWN", `the patch ${patchId} has no operation ${operationId}`, path);
    return edited ? editProblems(operationId, edited, `${path}.edited`) : [];
  });
}

function editProblems(operationId: string, edited: GraphOperation, path: string): Problem[] {
  if (edited.id !== operationId)
    return [problem("OPERATION_ID_CHANGED", `an edit of ${operationId} has to keep its id`, `${path}.id`)];
  const isRaw = edited.operation.case === "rawChanges";
  return isRaw
    ? [problem("RAW_CHANGES_REFUSED", "only the server makes raw changes", `${path}.raw_changes`)]
    : [];
}

const problem = (code: string, message: string, path: string): Problem => ({
  severity: "error",
  code,
  message,
  path,
});

function refuseProblems(problems: readonly Problem[], patchId: string): void {
  if (problems.some(({ severity }) => severity === "error")) throw patchInvalid(problems, patchId);
}

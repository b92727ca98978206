import {
  OperationReviewSchema,
  PatchStatus,
  ReviewDecision,
  type GraphPatch,
  type OperationReview,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { ReviewPatchRequest_Review } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";

type Reviewable = Pick<GraphPatch, "operations" | "reviews">;

export const decisionsOf = (reviews: readonly OperationReview[]): Map<string, OperationReview> =>
  new Map(reviews.map((review) => [review.operationId, review]));

const isDecided = (review: OperationReview | undefined): boolean =>
  review !== undefined && review.decision !== ReviewDecision.COMMENTED;

/** Operations that nobody has decided on. */
export function undecidedOf({ operations, reviews }: Reviewable): string[] {
  const decisions = decisionsOf(reviews);
  return operations.map(({ id }) => id).filter((id) => !isDecided(decisions.get(id)));
}

/** The status that decisions make, before anybody applies. */
export function statusAfter(patch: Reviewable): PatchStatus {
  if (undecidedOf(patch).length > 0) return PatchStatus.PROPOSED;
  const isRejected = ({ decision }: OperationReview) => decision === ReviewDecision.REJECTED;
  return patch.reviews.every(isRejected) ? PatchStatus.REJECTED : PatchStatus.APPROVED;
}

interface By {
  userId: string;
  at: Date;
}

/**
 * What people have decided, with new decisions over earlier ones. Operations that only went with others are undecided
 * again; a comment leaves what was decided.
 */
export function mergeReviews(
  reviews: readonly OperationReview[],
  added: readonly ReviewPatchRequest_Review[],
  { userId, at }: By,
): OperationReview[] {
  const merged = decisionsOf(reviews.filter(({ reviewer }) => reviewer !== ""));
  for (const { operationId, decision, comment, edited } of added) {
    const earlier = merged.get(operationId);
    const isComment = decision === ReviewDecision.COMMENTED && earlier !== undefined;
    const decided = isComment ? earlier : { decision, ...(edited && { edited }) };
    const review = { operationId, comment, reviewer: userId, reviewTime: timestampFromDate(at) };
    const { decision: made, edited: kept } = decided as Pick<OperationReview, "decision" | "edited">;
    merged.set(
      operationId,
      create(OperationReviewSchema, { ...review, decision: made, ...(kept && { edited: kept }) }),
    );
  }
  return [...merged.values()];
}

/** Approves what is not decided yet. */
export function approveUndecided(patch: Reviewable, { userId, at }: By): OperationReview[] {
  const undecided = new Set(undecidedOf(patch));
  const rest = patch.reviews.filter(({ operationId }) => !undecided.has(operationId));
  const comments = decisionsOf(patch.reviews);
  return [
    ...rest,
    ...[...undecided].map((operationId) =>
      create(OperationReviewSchema, {
        operationId,
        decision: ReviewDecision.APPROVED,
        comment: comments.get(operationId)?.comment ?? "",
        reviewer: userId,
        reviewTime: timestampFromDate(at),
      }),
    ),
  ];
}

export const rejectedBy = (reviews: readonly OperationReview[]): Set<string> =>
  new Set(
    reviews
      .filter(({ decision }) => decision === ReviewDecision.REJECTED)
      .map(({ operationId }) => operationId),
  );

/** The operations with the edits in their places; rejected ones, too. */
export function withEdits(
  operations: readonly GraphOperation[],
  reviews: readonly OperationReview[],
): GraphOperation[] {
  const decisions = decisionsOf(reviews);
  return operations.map((operation) => {
    const review = decisions.get(operation.id);
    return review?.decision === ReviewDecision.EDITED && review.edited ? review.edited : operation;
  });
}

/** With the operations that go because others were rejected; they replace whatever was said of them. */
export function withGone(
  reviews: readonly OperationReview[],
  gone: readonly { operationId: string; becauseOf: string }[],
  at: Date,
): OperationReview[] {
  const all = decisionsOf(reviews);
  for (const { operationId, becauseOf } of gone) {
    const reviewTime = timestampFromDate(at);
    const decision = ReviewDecision.REJECTED;
    all.set(operationId, create(OperationReviewSchema, { operationId, decision, becauseOf, reviewTime }));
  }
  return [...all.values()];
}

/** Those that are to be applied: without the rejected ones, with the edits in their places. */
export function operationsToApply({ operations, reviews }: Reviewable): GraphOperation[] {
  const rejected = rejectedBy(reviews);
  return withEdits(operations, reviews).filter(({ id }) => !rejected.has(id));
}

import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import {
  AuthorSchema,
  MergeSourceSchema,
  PatchOrigin,
  PatchStatus,
  ReceiptSchema,
  ReviewDecision,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { GraphOperationSchema } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { AppError } from "../platform/errors/app-error.ts";
import { whatIf } from "./change-patch.ts";
import {
  decideApply,
  decideFail,
  decidePropose,
  decideRestored,
  decideReverted,
  decideReview,
  newPatch,
  requireRevertible,
  type PatchEvent,
  type PatchState,
} from "./patch.ts";
import { approveUndecided, mergeReviews, operationsToApply, undecidedOf, withGone } from "./reviews.ts";

const at = new Date(1_000);
const by = { userId: "rita", at };
const { APPROVED, REJECTED, EDITED, COMMENTED } = ReviewDecision;

const operation = (id: string, name = id): GraphOperation =>
  create(GraphOperationSchema, { id, operation: { case: "rename", value: { name } } });

const proposal = {
  artifactId: "artifact",
  branch: "main",
  baseVersion: 2,
  title: "Two names",
  operations: [operation("1"), operation("2")],
  author: create(AuthorSchema, { userId: "ann" }),
  origin: PatchOrigin.PROPOSAL,
  diagnostics: [],
  dependencies: [],
};

const given = (...steps: ((state: PatchState) => PatchEvent[])[]): PatchState =>
  steps.reduce((state, decide) => whatIf(state, decide(state), { userId: "ann" }, at), newPatch("patch"));

const proposed = (state: PatchState) => decidePropose(state, proposal);
const said = (decisions: Record<string, ReviewDecision>) => (state: PatchState) => {
  const added = Object.entries(decisions).map(([operationId, decision]) => ({
    operationId,
    decision,
    comment: "",
    ...(decision === EDITED && { edited: operation(operationId, "edited") }),
  }));
  const reviews = mergeReviews(state.patch.reviews, added as never, by);
  return decideReview(state, { reviews, diagnostics: [], dependencies: [] });
};
const applied = (state: PatchState) =>
  decideApply(state, {
    baseVersion: 3,
    appliedVersion: 4,
    receipt: create(ReceiptSchema, { touched: [{ id: "Order" }] }),
    approvedBy: "rita",
    diagnostics: [],
  });
const failed = (state: PatchState) => decideFail(state, []);
const allApproved = said({ "1": APPROVED, "2": APPROVED });

const reasonOf = (decide: () => unknown) => {
  try {
    decide();
  } catch (error) {
    return error instanceof AppError ? error.reason : error;
  }
  return undefined;
};

describe("a patch", () => {
  it.each([
    ["nobody has reviewed", [proposed], PatchStatus.PROPOSED],
    ["half decided", [proposed, said({ "1": APPROVED })], PatchStatus.PROPOSED],
    ["commented", [proposed, said({ "1": COMMENTED, "2": COMMENTED })], PatchStatus.PROPOSED],
    ["approved", [proposed, allApproved], PatchStatus.APPROVED],
    ["approved in part", [proposed, said({ "1": REJECTED, "2": EDITED })], PatchStatus.APPROVED],
    ["rejected", [proposed, said({ "1": REJECTED, "2": REJECTED })], PatchStatus.REJECTED],
    ["failed", [proposed, allApproved, failed], PatchStatus.FAILED],
    ["repaired", [proposed, allApproved, failed, proposed], PatchStatus.PROPOSED],
    ["applied at last", [proposed, allApproved, failed, applied], PatchStatus.APPLIED],
    ["applied, when a failure comes late", [proposed, allApproved, applied, failed], PatchStatus.APPLIED],
  ] as const)("that is %s has its status", (_, steps, status) => {
    expect(given(...steps).patch.status).toBe(status);
  });

  it("is applied only when all is decided and something approved, and once", () => {
    expect(reasonOf(() => applied(given(proposed)))).toBe("PATCH_STATE");
    expect(reasonOf(() => applied(given(proposed, said({ "1": APPROVED, "2": COMMENTED }))))).toBe(
      "PATCH_STATE",
    );
    expect(reasonOf(() => applied(given(proposed, said({ "1": REJECTED, "2": REJECTED }))))).toBe(
      "PATCH_STATE",
    );
    const done = given(proposed, allApproved, applied);
    expect(done.patch).toMatchObject({ appliedVersion: 4n, baseVersion: 3n, approvedBy: "rita" });
    for (const again of [applied, allApproved, proposed])
      expect(reasonOf(() => again(done))).toBe("PATCH_STATE");
  });

  it("proposed anew forgets its reviews, and keeps since when it is", () => {
    const { patch } = given(proposed, allApproved, proposed);
    expect(patch).toMatchObject({ reviews: [], createTime: { seconds: 1n } });
    const elsewhere = { ...proposal, branch: "draft" };
    expect(reasonOf(() => decidePropose(given(proposed), elsewhere))).toBe("PATCH_STATE");
  });

  it("of the server is not proposed anew, and what is proposed anew is no merge any more", () => {
    for (const origin of [PatchOrigin.MERGE, PatchOrigin.REVERT]) {
      const made = (state: PatchState) => decidePropose(state, { ...proposal, origin });
      expect(reasonOf(() => proposed(given(made)))).toBe("PATCH_STATE");
    }
    const mergeSource = create(MergeSourceSchema, { branch: "draft", version: 2n });
    const merge = given((state) => decidePropose(state, { ...proposal, mergeSource }));
    expect(merge.patch.mergeSource).toEqual(mergeSource);
    const anew = whatIf(merge, proposed(merge), { userId: "ann" }, at);
    expect(anew.patch.mergeSource).toBeUndefined();
  });

  it("is reverted once, and again when that was taken back", () => {
    const done = given(proposed, allApproved, applied);
    expect(reasonOf(() => requireRevertible(given(proposed)))).toBe("PATCH_STATE");
    const reverted = whatIf(done, decideReverted(done, "other"), { userId: "ann" }, at);
    expect(reasonOf(() => decideReverted(reverted, "third"))).toBe("PATCH_STATE");
    const restored = whatIf(reverted, decideRestored(reverted, "third"), { userId: "ann" }, at);
    expect(reasonOf(() => requireRevertible(restored))).toBeUndefined();
    expect(decideRestored(restored, "third")).toEqual([]);
  });
});

describe("decisions", () => {
  it("apply what is not rejected, with edits in their places", () => {
    const { patch } = given(proposed, said({ "1": EDITED, "2": REJECTED }));
    expect(operationsToApply(patch)).toEqual([operation("1", "edited")]);
  });

  it("of those that went with another are forgotten when people decide again", () => {
    const { patch } = given(proposed, said({ "1": REJECTED }));
    const reviews = withGone(patch.reviews, [{ operationId: "2", becauseOf: "1" }], at);
    expect(reviews.map(({ operationId, becauseOf }) => [operationId, becauseOf])).toEqual([
      ["1", ""],
      ["2", "1"],
    ]);
    const again = mergeReviews(reviews, [{ operationId: "1", decision: APPROVED, comment: "" }] as never, by);
    expect(undecidedOf({ operations: patch.operations, reviews: again })).toEqual(["2"]);
  });

  it("that are missing are approved, and comments stay with them", () => {
    const { patch } = given(proposed, said({ "1": REJECTED, "2": COMMENTED }));
    const reviews = approveUndecided(patch, by);
    expect(reviews.map(({ operationId, decision }) => [operationId, decision])).toEqual([
      ["1", REJECTED],
      ["2", APPROVED],
    ]);
  });
});

import {
  PatchOrigin,
  PatchStatus,
  ReviewDecision,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { changeFromMessage } from "../notation/model-messages.ts";
import { applyChanges } from "../notation/apply-changes.ts";
import { diffGraphs } from "../notation/diff-graphs.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import {
  addClass,
  connect,
  byId,
  createdBy,
  openPatchWorld,
  remove,
  rename,
} from "../testing/patch-world.ts";
import { refusalOf } from "../testing/refusal.ts";

const { APPROVED, REJECTED, EDITED, COMMENTED } = ReviewDecision;

function suite(given: GivenDatabase): void {
  const open = () => openPatchWorld(given().database);

  describe("a proposal", () => {
    it("is stored with what it does, and changes nothing", async () => {
      const w = open();
      const artifactId = await w.mint();
      const operations = [addClass("1", "Payment"), connect("2", createdBy("1"), byId("Invoice"))];
      const { patch, preview } = await w.client.proposePatch({ artifactId, operations });
      expect(patch).toMatchObject({
        artifactId,
        branch: "main",
        baseVersion: 2n,
        status: PatchStatus.PROPOSED,
        origin: PatchOrigin.PROPOSAL,
        author: { userId: w.actor.userId, agentId: "" },
        diagnostics: [],
        dependencies: [{ operationId: "2", dependsOn: ["1"] }],
        etag: "v1",
      });
      expect(patch?.title).toContain("and 1 more");
      expect(preview?.effects.map(({ added }) => added.length)).toEqual([1, 1]);
      const stored = await w.client.getPatch({ patchId: patch?.patchId ?? "" });
      expect(stored).toEqual(expect.objectContaining({ patch, preview }));
      expect((await w.load({ artifactId })).version).toBe(2);
    });

    it("dry runs tell everything that is wrong and store nothing; the same is refused when it is to be stored", async () => {
      const w = open();
      const artifactId = await w.mint();
      const operations = [rename("1", "Odrer", "X"), rename("2", "Nobody", "Y"), addClass("3", "Payment")];
      const { patch } = await w.client.proposePatch({ artifactId, operations, dryRun: true });
      expect(patch).toMatchObject({ patchId: "", title: expect.any(String) });
      expect(patch?.diagnostics.map(({ code, operationId }) => [code, operationId])).toEqual([
        ["SELECTOR_NO_MATCH", "1"],
        ["SELECTOR_NO_MATCH", "2"],
      ]);
      expect(await refusalOf(w.client.proposePatch({ artifactId, operations }))).toMatchObject({
        code: "InvalidArgument",
        reason: "PATCH_INVALID",
        metadata: { code: "SELECTOR_NO_MATCH", operation: "1" },
      });
      expect((await w.client.listPatches({ artifactId })).patches).toEqual([]);
    });

    it("is refused raw changes, twice the same id, and text that no file can hold", async () => {
      const w = open();
      const artifactId = await w.mint();
      const operations = [rename("1", "Order", "A\u0000"), rename("1", "Line", "B")];
      const { patch } = await w.client.proposePatch({ artifactId, operations, dryRun: true });
      expect(patch?.diagnostics.map(({ code }) => code)).toEqual([
        "CHARACTER_REFUSED",
        "OPERATION_ID_REUSED",
      ]);
      const raw = {
        id: "1",
        operation: {
          case: "rawChanges" as const,
          value: { changes: [{ change: { case: "set" as const, value: {} } }] },
        },
      };
      expect(await refusalOf(w.client.proposePatch({ artifactId, operations: [raw] }))).toMatchObject({
        reason: "PATCH_INVALID",
        metadata: { code: "RAW_CHANGES_REFUSED" },
      });
    });

    it("once per request id, whatever has become of the model since", async () => {
      const w = open();
      const artifactId = await w.mint();
      const request = { artifactId, operations: [rename("1", "Order", "A")], requestId: uuidv7() };
      const first = await w.client.proposePatch(request);
      await w.client.submitChangeSet({
        artifactId,
        baseVersion: 2n,
        operations: [remove("1", "Order")],
        requestId: uuidv7(),
      });
      expect(await w.client.proposePatch(request)).toEqual(first);
      expect((await w.client.listPatches({ artifactId })).patches).toHaveLength(1);
    });
  });

  describe("a review", () => {
    const threeOperations = [
      addClass("add", "Payment"),
      connect("connect", createdBy("add"), byId("Invoice")),
      rename("rename", "Order", "Purchase"),
    ];
    const proposed = async () => {
      const w = open();
      const artifactId = await w.mint();
      const { patch } = await w.client.proposePatch({ artifactId, operations: threeOperations });
      return { w, artifactId, patchId: patch?.patchId ?? "" };
    };

    it("of all operations makes it approved; a rejection takes its dependants along and nothing else", async () => {
      const { w, patchId } = await proposed();
      const reviewer = w.as({ roles: ["reviewer"] });
      const first = await reviewer.client.reviewPatch({
        patchId,
        reviews: [{ operationId: "add", decision: REJECTED, comment: "not now" }],
      });
      expect(first.patch).toMatchObject({
        status: PatchStatus.PROPOSED,
        reviews: [
          { operationId: "add", decision: REJECTED, comment: "not now", reviewer: reviewer.actor.userId },
          { operationId: "connect", decision: REJECTED, reviewer: "", becauseOf: "add" },
        ],
      });
      expect(first.preview?.effects.map(({ operationId }) => operationId)).toEqual(["rename"]);
      const second = await reviewer.client.reviewPatch({
        patchId,
        reviews: [{ operationId: "rename", decision: APPROVED }],
      });
      expect(second.patch?.status).toBe(PatchStatus.APPROVED);
    });

    it("may change its mind, comment without deciding, and reject everything", async () => {
      const { w, patchId } = await proposed();
      const say = async (operationId: string, decision: ReviewDecision, comment = "") =>
        (await w.client.reviewPatch({ patchId, reviews: [{ operationId, decision, comment }] })).patch;
      await say("add", REJECTED);
      expect((await say("add", APPROVED))?.reviews.map(({ operationId }) => operationId)).toEqual(["add"]);
      expect(await say("add", COMMENTED, "fine")).toMatchObject({
        reviews: [{ operationId: "add", decision: APPROVED, comment: "fine" }],
      });
      await say("rename", COMMENTED, "why?");
      expect((await say("connect", APPROVED))?.status).toBe(PatchStatus.PROPOSED);
      await say("rename", REJECTED);
      expect((await say("add", REJECTED))?.status).toBe(PatchStatus.REJECTED);
    });

    it("may edit an operation, which is what is applied then", async () => {
      const { w, artifactId, patchId } = await proposed();
      const edited = rename("rename", "Order", "Sale");
      const { patch } = await w.client.reviewPatch({
        patchId,
        reviews: [{ operationId: "rename", decision: EDITED, edited }],
      });
      expect(patch?.reviews).toMatchObject([{ operationId: "rename", decision: EDITED }]);
      await w.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
      expect((await w.load({ artifactId })).graph.elements.get("Order")?.name).toBe("Sale");
    });

    it("is refused for operations that are not there, edits of another, and edits that do not fit", async () => {
      const { w, patchId } = await proposed();
      const code = async (review: object) => {
        const reviews = [{ operationId: "rename", decision: EDITED, ...review }];
        return (await refusalOf(w.client.reviewPatch({ patchId, reviews }))).metadata["code"];
      };
      expect(await code({ operationId: "nope", decision: APPROVED })).toBe("OPERATION_UNKNOWN");
      expect(await code({ edited: rename("other", "Order", "X") })).toBe("OPERATION_ID_CHANGED");
      expect(await code({ edited: rename("rename", "Nobody", "X") })).toBe("SELECTOR_NO_MATCH");
      expect(
        await refusalOf(
          w.client.reviewPatch({ patchId, reviews: [{ operationId: "add", decision: EDITED }] }),
        ),
      ).toMatchObject({
        reason: "SCHEMA_VIOLATION",
      });
    });

    it("of a version that is no more is refused", async () => {
      const { w, patchId } = await proposed();
      const reviews = [{ operationId: "rename", decision: APPROVED }];
      await w.client.reviewPatch({ patchId, reviews, etag: "v1" });
      expect(await refusalOf(w.client.reviewPatch({ patchId, reviews, etag: "v1" }))).toMatchObject({
        reason: "VERSION_MISMATCH",
        metadata: { expected: "v1", actual: "v2" },
      });
    });
  });

  describe("applying", () => {
    it("makes one version: what the preview said, with a receipt, and nothing else has changed", async () => {
      const w = open();
      const artifactId = await w.mint();
      const before = (await w.load({ artifactId })).graph;
      const operations = [addClass("1", "Payment"), rename("2", "Order", "Purchase")];
      const { patch, preview } = await w.client.proposePatch({ artifactId, operations });
      const patchId = patch?.patchId ?? "";
      const applied = await w.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
      expect(applied.patch).toMatchObject({
        status: PatchStatus.APPLIED,
        appliedVersion: 3n,
        approvedBy: w.actor.userId,
        receipt: { rebased: false, touched: expect.any(Array) },
      });
      expect(applied.delta).toMatchObject({ fromVersion: 2n, toVersion: 3n, branch: "main", patchId });
      expect(applied.delta?.changes).toEqual(preview?.changes);
      const { receipt } = applied.patch ?? {};
      expect(receipt?.untouchedAfter).toBe(receipt?.untouchedBefore);
      expect(receipt?.modelAfter).not.toBe(receipt?.modelBefore);
      const after = await w.elsewhere().load({ artifactId });
      const expected = applyChanges(before, (applied.delta?.changes ?? []).map(changeFromMessage));
      expect(diffGraphs(after.graph, expected)).toEqual([]);
      expect((await w.client.getPatch({ patchId })).preview?.changes).toEqual(preview?.changes);
    });

    it("needs every operation decided, and at least one approved", async () => {
      const w = open();
      const artifactId = await w.mint();
      const operations = [rename("1", "Order", "A"), rename("2", "Line", "B")];
      const { patch } = await w.client.proposePatch({ artifactId, operations });
      const patchId = patch?.patchId ?? "";
      const apply = () => w.client.applyPatch({ patchId, requestId: uuidv7() });
      expect(await refusalOf(apply())).toEqual({
        code: "FailedPrecondition",
        reason: "PATCH_STATE",
        metadata: { patch_id: patchId, status: "PROPOSED", undecided: "1,2" },
      });
      const reviews = ["1", "2"].map((operationId) => ({ operationId, decision: REJECTED }));
      await w.client.reviewPatch({ patchId, reviews });
      expect(await refusalOf(apply())).toMatchObject({
        reason: "PATCH_STATE",
        metadata: { status: "REJECTED" },
      });
      expect((await w.load({ artifactId })).version).toBe(2);
    });

    it("twice under one request id is once; under another it is refused", async () => {
      const w = open();
      const artifactId = await w.mint();
      const { patch } = await w.client.proposePatch({ artifactId, operations: [rename("1", "Order", "A")] });
      const request = { patchId: patch?.patchId ?? "", approveUndecided: true, requestId: uuidv7() };
      const first = await w.client.applyPatch(request);
      expect(await w.client.applyPatch(request)).toEqual(first);
      expect(await w.elsewhere().client.applyPatch(request)).toEqual(first);
      expect(await refusalOf(w.client.applyPatch({ ...request, requestId: uuidv7() }))).toMatchObject({
        reason: "PATCH_STATE",
        metadata: { status: "APPLIED" },
      });
      expect(
        await refusalOf(
          w.client.reviewPatch({
            patchId: request.patchId,
            reviews: [{ operationId: "1", decision: REJECTED }],
          }),
        ),
      ).toMatchObject({
        reason: "PATCH_STATE",
      });
      expect((await w.load({ artifactId })).version).toBe(3);
    });

    it("that comes to nothing makes no version", async () => {
      const w = open();
      const artifactId = await w.mint();
      const { patch } = await w.client.proposePatch({
        artifactId,
        operations: [rename("1", "Order", "Order")],
      });
      const patchId = patch?.patchId ?? "";
      const applied = await w.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
      expect(applied.patch).toMatchObject({ status: PatchStatus.APPLIED, appliedVersion: 2n });
      expect(await refusalOf(w.client.revertPatch({ patchId, requestId: uuidv7() }))).toMatchObject({
        reason: "PATCH_STATE",
      });
    });

    it("for a version that is no more is refused when the caller says so", async () => {
      const w = open();
      const artifactId = await w.mint();
      const { patch } = await w.client.proposePatch({ artifactId, operations: [rename("1", "Order", "A")] });
      const operations = [rename("1", "Line", "B")];
      await w.client.submitChangeSet({ artifactId, baseVersion: 2n, operations, requestId: uuidv7() });
      const request = { patchId: patch?.patchId ?? "", approveUndecided: true };
      const strict = w.client.applyPatch({ ...request, expectedVersion: 2n, requestId: uuidv7() });
      expect(await refusalOf(strict)).toMatchObject({ reason: "VERSION_MISMATCH" });
      const applied = await w.client.applyPatch({ ...request, requestId: uuidv7() });
      expect(applied.patch).toMatchObject({ appliedVersion: 4n, receipt: { rebased: true } });
    });
  });

  it("a failed patch tells why, and can be repaired and applied", async () => {
    const w = open();
    const artifactId = await w.mint();
    const { patch } = await w.client.proposePatch({ artifactId, operations: [rename("1", "Order", "Mine")] });
    const patchId = patch?.patchId ?? "";
    const operations = [rename("1", "Order", "Theirs")];
    await w.client.submitChangeSet({ artifactId, baseVersion: 2n, operations, requestId: uuidv7() });
    const apply = () => w.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
    expect(await refusalOf(apply())).toEqual({
      code: "Aborted",
      reason: "PATCH_CONFLICT",
      metadata: {
        patch_id: patchId,
        operation: "1",
        item: "Order",
        field: "name",
        base: "Order",
        theirs: "Theirs",
        yours: "Mine",
      },
    });
    expect((await w.client.getPatch({ patchId })).patch).toMatchObject({
      status: PatchStatus.FAILED,
      diagnostics: [{ code: "PATCH_CONFLICT", operationId: "1", itemId: "Order" }],
    });
    const repaired = await w.client.proposePatch({
      artifactId,
      patchId,
      operations: [rename("1", "Order", "Both")],
    });
    expect(repaired.patch).toMatchObject({
      patchId,
      status: PatchStatus.PROPOSED,
      baseVersion: 3n,
      reviews: [],
    });
    await apply();
    expect((await w.load({ artifactId })).graph.elements.get("Order")?.name).toBe("Both");
    expect(await refusalOf(w.client.proposePatch({ artifactId, patchId, operations }))).toMatchObject({
      reason: "PATCH_STATE",
    });
  });
}

forEachDatabase(suite);

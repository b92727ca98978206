import {
  PatchOrigin,
  PatchStatus,
  ReviewDecision,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import { everyPage } from "../testing/pages.ts";
import { addClass, openPatchWorld, rename } from "../testing/patch-world.ts";
import { refusalsOf, refusalOf } from "../testing/refusal.ts";
import { evolvePatch, newPatch, patchStream, type PatchEvent } from "./patch.ts";
import { findPatch } from "./store.ts";

function suite(given: GivenDatabase): void {
  const open = async () => {
    const w = openPatchWorld(given().database);
    const artifactId = await w.mint();
    const { patch } = await w.client.proposePatch({ artifactId, operations: [rename("1", "Order", "A")] });
    return { w, artifactId, patchId: patch?.patchId ?? "" };
  };

  it("another tenant's patches, models and branches look like none", async () => {
    const { artifactId, patchId } = await open();
    const { client } = openPatchWorld(given().database);
    const requestId = uuidv7();
    const [get, review, apply, revert] = await refusalsOf(
      client.getPatch({ patchId }),
      client.reviewPatch({ patchId, reviews: [{ operationId: "1", decision: ReviewDecision.APPROVED }] }),
      client.applyPatch({ patchId, requestId }),
      client.revertPatch({ patchId, requestId }),
    );
    const none = { code: "NotFound", reason: "PATCH_NOT_FOUND", metadata: { patch_id: patchId } };
    expect([get, review, apply, revert]).toEqual([none, none, none, none]);
    const operations = [rename("1", "Order", "A")];
    for (const refusal of await refusalsOf(
      client.proposePatch({ artifactId, operations }),
      client.proposePatch({ artifactId, operations, dryRun: true }),
      client.submitChangeSet({ artifactId, baseVersion: 2n, operations, requestId }),
      client.diff({ artifactId }),
      client.createBranch({ artifactId, name: "b" }),
      client.listBranches({ artifactId }),
      client.mergeBranch({ artifactId, from: "b", requestId }),
      client.getProvenance({ artifactId }),
    ))
      expect(refusal).toMatchObject({ code: "NotFound", reason: "ARTIFACT_NOT_FOUND" });
    expect((await client.listPatches({ artifactId })).patches).toEqual([]);
    expect((await client.listPatches({})).patches).toEqual([]);
  });

  it("viewers see, reviewers decide, editors do the rest", async () => {
    const { w, artifactId, patchId } = await open();
    const viewer = w.as({ roles: ["viewer"] });
    const reviewer = w.as({ roles: ["reviewer"] });
    expect((await viewer.client.getPatch({ patchId })).patch?.patchId).toBe(patchId);
    const reviews = [{ operationId: "1", decision: ReviewDecision.APPROVED }];
    expect(await refusalOf(viewer.client.reviewPatch({ patchId, reviews }))).toMatchObject({
      reason: "SCOPE_MISSING",
      metadata: { scope: "patch.review" },
    });
    expect((await reviewer.client.reviewPatch({ patchId, reviews })).patch?.status).toBe(
      PatchStatus.APPROVED,
    );
    for (const refusal of await refusalsOf(
      reviewer.client.proposePatch({ artifactId, operations: [rename("1", "Order", "A")] }),
      reviewer.client.applyPatch({ patchId, requestId: uuidv7() }),
      reviewer.client.createBranch({ artifactId, name: "b" }),
    ))
      expect(refusal).toMatchObject({ reason: "SCOPE_MISSING" });
  });

  it("lists narrow, and come in pages, last proposed first", async () => {
    const { w, artifactId, patchId: first } = await open();
    const colleague = w.as({});
    const ids = [first];
    for (const world of [w, colleague, w, colleague]) {
      const { patch } = await world.client.proposePatch({
        artifactId,
        operations: [rename("1", "Line", "B")],
      });
      ids.unshift(patch?.patchId ?? "");
    }
    await w.client.applyPatch({ patchId: first, approveUndecided: true, requestId: uuidv7() });
    const listed = async (request: object) =>
      (await w.client.listPatches(request)).patches.map(({ patchId }) => patchId);
    expect(await listed({})).toEqual(ids);
    expect(await listed({ artifactId, statuses: [PatchStatus.APPLIED] })).toEqual([first]);
    expect(await listed({ authorUserId: colleague.actor.userId })).toEqual([ids[0], ids[2]]);
    expect(await listed({ authorAgentId: "bpmn" })).toEqual([]);
    expect(await listed({ origins: [PatchOrigin.MERGE] })).toEqual([]);
    expect(await listed({ artifactId: uuidv7() })).toEqual([]);
    expect(await listed({ branch: "main", artifactId })).toEqual(ids);
    const pages = await everyPage(
      async (pageToken) => {
        const { patches, nextPageToken } = await w.client.listPatches({ artifactId, pageSize: 2, pageToken });
        return { items: patches.map(({ patchId }) => patchId), nextPageToken };
      },
      () => w.client.proposePatch({ artifactId, operations: [rename("1", "Line", "C")] }),
    );
    expect(pages).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
    const { nextPageToken: pageToken } = await w.client.listPatches({ artifactId, pageSize: 1 });
    expect(await refusalOf(w.client.listPatches({ pageToken }))).toMatchObject({
      reason: "PAGE_TOKEN_INVALID",
    });
  });

  it("ids in capitals are the same ids", async () => {
    const { w, artifactId, patchId } = await open();
    const [artifact, patch] = [artifactId.toUpperCase(), patchId.toUpperCase()];
    const repaired = await w.client.proposePatch({
      artifactId: artifact,
      patchId: patch,
      operations: [addClass("1", "New")],
    });
    expect((await w.client.getPatch({ patchId })).preview).toEqual(repaired.preview);
    await w.client.createBranch({ artifactId: artifact, name: "draft" });
    const operations = [rename("1", "Line", "B")];
    const request = { artifactId: artifact, branch: "draft", baseVersion: 1n, operations };
    await w.client.submitChangeSet({ ...request, requestId: uuidv7() });
    await w.client.mergeBranch({ artifactId: artifact, from: "draft", apply: true, requestId: uuidv7() });
    await w.client.applyPatch({ patchId: patch, approveUndecided: true, requestId: uuidv7() });
    const { entries } = await w.client.getProvenance({ artifactId });
    expect(await w.client.getProvenance({ artifactId: artifact })).toMatchObject({ entries });
    expect(entries).toHaveLength(2);
    const page = await w.client.diff({ artifactId: artifact, from: { version: 2n }, pageSize: 1 });
    const next = { artifactId: artifact, from: { version: 2n }, pageSize: 1, pageToken: page.nextPageToken };
    expect((await w.client.diff(next)).changes).toHaveLength(1);
  });

  it("the row of a patch is the fold of its events", async () => {
    const { w, artifactId, patchId } = await open();
    const reviews = [{ operationId: "1", decision: ReviewDecision.REJECTED }];
    await w.client.reviewPatch({ patchId, reviews });
    const again = { artifactId, patchId, operations: [rename("2", "Line", "B"), rename("3", "Order", "C")] };
    await w.client.proposePatch(again);
    await w.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
    await w.client.revertPatch({ patchId, apply: true, requestId: uuidv7() });
    const reader = w.deps.database.reader(w.actor.tenantId);
    const events = await w.deps.events.read(reader, patchStream(patchId));
    expect(events.map(({ type }) => type.split(".").at(-1))).toEqual([
      "PatchProposed",
      "PatchReviewed",
      "PatchProposed",
      "PatchReviewed",
      "PatchApplied",
      "PatchReverted",
    ]);
    const folded = events.reduce(
      (state, { data, version, time, metadata }) =>
        evolvePatch(state, data as PatchEvent, { version, time, userId: metadata.userId }),
      newPatch(patchId),
    );
    expect(folded).toEqual(await findPatch(reader, patchId));
  });
}

forEachDatabase(suite);

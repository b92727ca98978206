import {
  PatchOrigin,
  PatchStatus,
  ReviewDecision,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { applyChanges } from "../notation/apply-changes.ts";
import { diffGraphs } from "../notation/diff-graphs.ts";
import { changeFromMessage } from "../notation/model-messages.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import { everyPage } from "../testing/pages.ts";
import {
  addClass,
  byId,
  openPatchWorld,
  remove,
  rename,
  type Operation,
  type PatchWorld,
} from "../testing/patch-world.ts";
import { refusalOf } from "../testing/refusal.ts";

/** Changes a branch at its head. */
async function edit(
  w: PatchWorld,
  artifactId: string,
  branch: string,
  operations: Operation[],
): Promise<string> {
  const baseVersion = BigInt((await w.load({ artifactId, branch })).version);
  const request = { artifactId, branch, baseVersion, operations, requestId: uuidv7() };
  const { result } = await w.client.submitChangeSet(request);
  if (result.case !== "ack") throw new Error(`not taken: ${JSON.stringify(result.value?.diagnostics)}`);
  return result.value.patchId;
}

async function merge({ client }: PatchWorld, artifactId: string, from: string, into: string, apply = true) {
  return (await client.mergeBranch({ artifactId, from, into, apply, requestId: uuidv7() })).patch;
}

function suite(given: GivenDatabase): void {
  const open = async (...names: string[]) => {
    const w = openPatchWorld(given().database);
    const artifactId = await w.mint();
    for (const name of names) await w.client.createBranch({ artifactId, name });
    const graphOf = async (branch: string) => (await w.elsewhere().load({ artifactId, branch })).graph;
    const nameOf = async (branch: string, id: string) => (await graphOf(branch)).elements.get(id)?.name;
    return { w, artifactId, graphOf, nameOf };
  };

  describe("a branch", () => {
    it("begins with what its base has, goes its own way, and is listed", async () => {
      const { w, artifactId, nameOf } = await open("draft");
      await edit(w, artifactId, "draft", [rename("1", "Order", "Drafted")]);
      await edit(w, artifactId, "main", [rename("1", "Order", "Decided")]);
      expect([await nameOf("draft", "Order"), await nameOf("main", "Order")]).toEqual(["Drafted", "Decided"]);
      const { branches } = await w.client.listBranches({ artifactId });
      expect(branches).toMatchObject([
        { name: "main", version: 3n, fromBranch: "", fromVersion: 0n },
        { name: "draft", version: 2n, fromBranch: "main", fromVersion: 2n, createdBy: w.actor.userId },
      ]);
    });

    it("may begin at an older version, and on another branch", async () => {
      const { w, artifactId, nameOf } = await open();
      await edit(w, artifactId, "main", [rename("1", "Order", "Later")]);
      await w.client.createBranch({ artifactId, name: "old", from: { version: 2n } });
      await edit(w, artifactId, "old", [rename("1", "Line", "Item")]);
      await w.client.createBranch({ artifactId, name: "older", from: { branch: "old" } });
      expect([await nameOf("older", "Order"), await nameOf("older", "Line")]).toEqual(["Order", "Item"]);
      const { branches } = await w.client.listBranches({ artifactId });
      expect(branches.find(({ name }) => name === "older")).toMatchObject({ fromBranch: "old" });
    });

    it("has a name of its own, and needs something to begin with", async () => {
      const { w, artifactId } = await open("draft");
      expect(await refusalOf(w.client.createBranch({ artifactId, name: "draft" }))).toEqual({
        code: "AlreadyExists",
        reason: "BRANCH_EXISTS",
        metadata: { artifact_id: artifactId, branch: "draft" },
      });
      for (const name of ["main", "", "A", "a b", "-a"])
        expect(await refusalOf(w.client.createBranch({ artifactId, name }))).toMatchObject({
          reason: "SCHEMA_VIOLATION",
        });
      const from = { branch: "nope" };
      expect(await refusalOf(w.client.createBranch({ artifactId, name: "b", from }))).toMatchObject({
        reason: "BRANCH_NOT_FOUND",
      });
      const late = { version: 99n };
      expect(await refusalOf(w.client.createBranch({ artifactId, name: "b", from: late }))).toMatchObject({
        reason: "REVISION_NOT_FOUND",
      });
    });

    it("is one of pages", async () => {
      const { w, artifactId } = await open("c", "a", "b");
      const pages = await everyPage(async (pageToken) => {
        const page = await w.client.listBranches({ artifactId, pageSize: 2, pageToken });
        return { items: page.branches.map(({ name }) => name), nextPageToken: page.nextPageToken };
      });
      expect(pages).toEqual([
        ["main", "a"],
        ["b", "c"],
      ]);
    });
  });

  describe("merging", () => {
    it("brings what the branch has changed, and leaves what the other has", async () => {
      const { w, artifactId, nameOf, graphOf } = await open("draft");
      await edit(w, artifactId, "draft", [
        rename("1", "Order", "Purchase"),
        addClass("2", "Payment", "Payment"),
      ]);
      await edit(w, artifactId, "draft", [remove("1", "Customer")]);
      await edit(w, artifactId, "main", [rename("1", "Invoice", "Bill")]);
      const patch = await merge(w, artifactId, "draft", "main");
      expect(patch).toMatchObject({
        origin: PatchOrigin.MERGE,
        status: PatchStatus.APPLIED,
        title: "Merge draft into main",
        mergeSource: { branch: "draft", version: 3n },
        branch: "main",
        appliedVersion: 4n,
      });
      expect([await nameOf("main", "Order"), await nameOf("main", "Invoice")]).toEqual(["Purchase", "Bill"]);
      expect((await graphOf("main")).elements.has("Customer")).toBe(false);
      expect((await graphOf("main")).elements.has("Payment")).toBe(true);
      expect(await nameOf("draft", "Invoice")).toBe("Invoice");
    });

    it("again brings only what is new, in both directions, however often", async () => {
      const { w, artifactId, nameOf, graphOf } = await open("draft");
      await edit(w, artifactId, "draft", [rename("1", "Order", "A")]);
      await merge(w, artifactId, "draft", "main");
      await edit(w, artifactId, "main", [rename("1", "Order", "B")]);
      // Without the memory of the first merge this would be a conflict: "Order" became "A" here and "B" there.
      await merge(w, artifactId, "main", "draft");
      expect(await nameOf("draft", "Order")).toBe("B");
      await edit(w, artifactId, "draft", [rename("1", "Order", "C"), rename("2", "Line", "D")]);
      await merge(w, artifactId, "draft", "main");
      expect(diffGraphs(await graphOf("main"), await graphOf("draft"))).toEqual([]);
      expect(await refusalOf(merge(w, artifactId, "draft", "main"))).toMatchObject({ reason: "PATCH_STATE" });
    });

    it("is refused where both have changed the same in their own ways, and says what", async () => {
      const { w, artifactId, nameOf } = await open("draft");
      await edit(w, artifactId, "draft", [rename("1", "Order", "Mine"), rename("2", "Line", "Same")]);
      await edit(w, artifactId, "main", [rename("1", "Order", "Theirs"), rename("2", "Line", "Same")]);
      expect(await refusalOf(merge(w, artifactId, "draft", "main"))).toMatchObject({
        code: "Aborted",
        reason: "PATCH_CONFLICT",
        metadata: { item: "Order", field: "name", base: "Order", theirs: "Theirs", yours: "Mine" },
      });
      expect((await w.client.listPatches({ artifactId })).patches).toEqual([]);
      await edit(w, artifactId, "draft", [rename("1", "Order", "Theirs"), rename("2", "Invoice", "Bill")]);
      await merge(w, artifactId, "draft", "main");
      expect([await nameOf("main", "Order"), await nameOf("main", "Invoice")]).toEqual(["Theirs", "Bill"]);
    });

    it("may wait for review, is rebased when it is applied, and can be taken back", async () => {
      const { w, artifactId, nameOf, graphOf } = await open("draft");
      await edit(w, artifactId, "draft", [rename("1", "Order", "Purchase")]);
      const patch = await merge(w, artifactId, "draft", "main", false);
      expect(patch).toMatchObject({ status: PatchStatus.PROPOSED, baseVersion: 2n });
      await edit(w, artifactId, "main", [rename("1", "Line", "Item")]);
      const before = await graphOf("main");
      const patchId = patch?.patchId ?? "";
      const applied = await w.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
      expect(applied.patch?.receipt?.rebased).toBe(true);
      await w.client.revertPatch({ patchId, apply: true, requestId: uuidv7() });
      expect(diffGraphs(await graphOf("main"), before)).toEqual([]);
      // A merge that was taken back has not happened: its changes are to be had again.
      await merge(w, artifactId, "draft", "main");
      expect(await nameOf("main", "Order")).toBe("Purchase");
    });

    it("stays what the server has worked out: nobody makes other operations of it", async () => {
      const { w, artifactId } = await open("draft");
      await edit(w, artifactId, "draft", [rename("1", "Order", "Purchase")]);
      const { patchId = "", operations = [] } = (await merge(w, artifactId, "draft", "main", false)) ?? {};
      const other = [rename("1", "Line", "Item")];
      const anew = w.client.proposePatch({ patchId, artifactId, operations: other });
      expect(await refusalOf(anew)).toMatchObject({ reason: "PATCH_STATE" });
      const [{ id: operationId = "" } = {}] = operations;
      const edited = { ...rename(operationId, "Line", "Item") };
      const reviews = [{ operationId, decision: ReviewDecision.EDITED, edited }];
      const review = w.client.reviewPatch({ patchId, reviews, requestId: uuidv7() });
      expect(await refusalOf(review)).toMatchObject({ reason: "PATCH_STATE" });
    });

    // Fails when the last merge is the one with the highest applied_version.
    it("goes on from what was merged most, not from what was applied last", async () => {
      const { w, artifactId, graphOf } = await open();
      const shown = { viewId: "V", targets: byId("Order") };
      await edit(w, artifactId, "main", [
        { id: "1", operation: { case: "addView", value: { viewId: "V", name: "All of it" } } },
        { id: "2", operation: { case: "showInView", value: shown } },
      ]);
      await w.client.createBranch({ artifactId, name: "draft" });
      const bounds = { x: 500, y: 500, width: 100, height: 80 };
      const moved = { node: byId("Order"), viewId: "V", bounds };
      await edit(w, artifactId, "draft", [{ id: "1", operation: { case: "setBounds", value: moved } }]);
      const { patchId = "" } = (await merge(w, artifactId, "draft", "main", false)) ?? {};
      await edit(w, artifactId, "draft", [addClass("1", "Payment", "Payment")]);
      await merge(w, artifactId, "draft", "main");
      await edit(w, artifactId, "main", [remove("1", "Payment")]);
      await w.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
      await edit(w, artifactId, "draft", [rename("1", "Line", "Item")]);
      await merge(w, artifactId, "draft", "main");
      expect((await graphOf("main")).elements.get("Line")?.name).toBe("Item");
      expect((await graphOf("main")).elements.has("Payment")).toBe(false);
    });

    it("works between branches of a branch, and needs two", async () => {
      const { w, artifactId, nameOf } = await open("one");
      await edit(w, artifactId, "one", [rename("1", "Order", "A")]);
      await w.client.createBranch({ artifactId, name: "two", from: { branch: "one" } });
      await edit(w, artifactId, "two", [rename("1", "Line", "B")]);
      await edit(w, artifactId, "one", [rename("1", "Invoice", "C")]);
      await w.client.createBranch({ artifactId, name: "three" });
      await merge(w, artifactId, "two", "three");
      expect([await nameOf("three", "Order"), await nameOf("three", "Line")]).toEqual(["A", "B"]);
      await merge(w, artifactId, "two", "one");
      expect([await nameOf("one", "Line"), await nameOf("one", "Invoice")]).toEqual(["B", "C"]);
      expect(await refusalOf(merge(w, artifactId, "", "main"))).toMatchObject({ reason: "SCHEMA_VIOLATION" });
    });
  });

  describe("the difference of two versions", () => {
    it("makes the one of the other, page by page, whatever happens meanwhile", async () => {
      const { w, artifactId, graphOf } = await open("draft");
      await edit(w, artifactId, "draft", [
        rename("1", "Order", "Purchase"),
        addClass("2", "Payment"),
        remove("3", "Customer"),
      ]);
      const expected = [await graphOf("main"), await graphOf("draft")] as const;
      const request = { artifactId, to: { branch: "draft" }, pageSize: 1 };
      const first = await w.client.diff(request);
      expect(first).toMatchObject({
        from: { branch: "main", version: 2n },
        to: { branch: "draft", version: 2n },
        counts: { added: 1, removed: 1, changed: 1 },
      });
      await edit(w, artifactId, "draft", [addClass("1", "Later")]);
      const changes = [...first.changes];
      for (let pageToken = first.nextPageToken; pageToken !== "";) {
        const page = await w.client.diff({ ...request, pageToken });
        changes.push(...page.changes);
        pageToken = page.nextPageToken;
      }
      expect(changes).toHaveLength(3);
      expect(diffGraphs(applyChanges(expected[0], changes.map(changeFromMessage)), expected[1])).toEqual([]);
    });

    it("of a version with itself is none; of one that is not there a refusal", async () => {
      const { w, artifactId } = await open();
      expect(await w.client.diff({ artifactId })).toMatchObject({ changes: [], nextPageToken: "" });
      expect(await refusalOf(w.client.diff({ artifactId, from: { version: 1n } }))).toMatchObject({
        reason: "REVISION_NOT_FOUND",
      });
      expect(await refusalOf(w.client.diff({ artifactId, to: { branch: "x" } }))).toMatchObject({
        reason: "BRANCH_NOT_FOUND",
      });
    });
  });
}

forEachDatabase(suite);

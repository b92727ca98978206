import { PatchOrigin, PatchStatus } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { diffGraphs } from "../notation/diff-graphs.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import { generateModel } from "../testing/model-graphs.ts";
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
import { smallGraph } from "../testing/small-graph.ts";

async function land({ client }: PatchWorld, artifactId: string, operations: Operation[]) {
  const { patch } = await client.proposePatch({ artifactId, operations });
  const patchId = patch?.patchId ?? "";
  return (await client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() })).patch;
}

const disconnect = (id: string, relation: string): Operation => ({
  id,
  operation: { case: "disconnect", value: { relations: { case: "relation", value: byId(relation) } } },
});

const generalize = (id: string, source: string, target: string): Operation => ({
  id,
  operation: {
    case: "connect",
    value: { type: "generalization", source: byId(source), target: byId(target) },
  },
});

const revert = async ({ client }: PatchWorld, patchId = "", apply = true) =>
  (await client.revertPatch({ patchId, apply, requestId: uuidv7() })).patch;

function suite(given: GivenDatabase): void {
  const open = () => openPatchWorld(given().database);

  it("restores every hash, and the order of things, also of what went along with what was removed", async () => {
    const w = open();
    const graph = generateModel("uml", 60);
    const artifactId = await w.mint(graph);
    const removable = [...graph.elements.values()].filter(({ type }) => type === "class").slice(0, 3);
    expect(removable).toHaveLength(3);
    const applied = await land(w, artifactId, [
      ...removable.map(({ id }, i) => remove(`r${i}`, id)),
      ...[...graph.elements.keys()].slice(-1).map((id) => rename("n", id, "Renamed")),
    ]);
    expect(applied?.receipt?.touched.length).toBeGreaterThan(3);
    const reverted = await revert(w, applied?.patchId);
    expect(reverted).toMatchObject({
      origin: PatchOrigin.REVERT,
      reverts: applied?.patchId,
      status: PatchStatus.APPLIED,
      appliedVersion: 4n,
    });
    expect(reverted?.receipt?.modelAfter).toBe(applied?.receipt?.modelBefore);
    const now = (await w.elsewhere().load({ artifactId })).graph;
    expect(diffGraphs(graph, now)).toEqual([]);
    expect([...now.elements.keys()]).toEqual([...graph.elements.keys()]);
    expect((await w.client.getPatch({ patchId: applied?.patchId ?? "" })).patch?.revertedBy).toBe(
      reverted?.patchId,
    );
  });

  it("leaves what others did afterwards, and is a conflict where they did it to the same", async () => {
    const w = open();
    const artifactId = await w.mint();
    const first = await land(w, artifactId, [rename("1", "Order", "Purchase"), rename("2", "Line", "Item")]);
    await land(w, artifactId, [rename("1", "Customer", "Client")]);
    const reverted = await revert(w, first?.patchId);
    expect(reverted?.receipt).toMatchObject({ rebased: true });
    const names = async () => {
      const { elements } = (await w.load({ artifactId })).graph;
      return ["Order", "Line", "Customer"].map((id) => elements.get(id)?.name);
    };
    expect(await names()).toEqual(["Order", "Line", "Client"]);
    const again = await land(w, artifactId, [rename("1", "Order", "Sale")]);
    await land(w, artifactId, [rename("1", "Order", "Deal")]);
    expect(await refusalOf(revert(w, again?.patchId))).toMatchObject({
      reason: "PATCH_CONFLICT",
      metadata: { item: "Order", base: "Sale", theirs: "Deal", yours: "Order" },
    });
    expect(await names()).toEqual(["Deal", "Line", "Client"]);
  });

  it("may wait for review; what it takes back is reverted only when it is applied", async () => {
    const w = open();
    const artifactId = await w.mint();
    const first = await land(w, artifactId, [addClass("1", "Payment")]);
    const proposed = await revert(w, first?.patchId, false);
    expect(proposed).toMatchObject({
      status: PatchStatus.PROPOSED,
      title: expect.stringMatching(/^Revert: /),
    });
    const stateOf = async () =>
      (await w.client.getPatch({ patchId: first?.patchId ?? "" })).patch?.revertedBy;
    expect(await stateOf()).toBe("");
    const patchId = proposed?.patchId ?? "";
    await w.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
    expect(await stateOf()).toBe(patchId);
  });

  it("happens once; taken back itself, it may happen again", async () => {
    const w = open();
    const artifactId = await w.mint();
    const first = await land(w, artifactId, [rename("1", "Order", "Purchase")]);
    const once = await revert(w, first?.patchId);
    expect(await refusalOf(revert(w, first?.patchId))).toMatchObject({ reason: "PATCH_STATE" });
    await revert(w, once?.patchId);
    expect((await w.load({ artifactId })).graph.elements.get("Order")?.name).toBe("Purchase");
    expect((await w.client.getPatch({ patchId: first?.patchId ?? "" })).patch?.revertedBy).toBe("");
    await revert(w, first?.patchId);
    expect((await w.load({ artifactId })).graph.elements.get("Order")?.name).toBe("Order");
  });

  it("asked for by many at once happens once, and once per request id", async () => {
    const w = open();
    const artifactId = await w.mint();
    const first = await land(w, artifactId, [addClass("1", "Payment")]);
    const patchId = first?.patchId ?? "";
    const worlds = [w, w.elsewhere(), w.elsewhere()];
    const outcomes = await Promise.allSettled(worlds.map((each) => revert(each, patchId)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await w.load({ artifactId })).version).toBe(4);
    const second = await land(w, artifactId, [addClass("1", "Payment")]);
    const request = { patchId: second?.patchId ?? "", apply: true, requestId: uuidv7() };
    expect(await w.client.revertPatch(request)).toEqual(await w.client.revertPatch(request));
  });

  it("brings back what was wrong before, but nothing else that is wrong", async () => {
    const w = open();
    const artifactId = await w.mint(
      smallGraph(
        "uml",
        ["class A", "class B", "class C"],
        ["generalization A B", "generalization B A", "generalization C A"],
      ),
    );
    const cut = await land(w, artifactId, [disconnect("1", "r1")]);
    const also = await land(w, artifactId, [disconnect("1", "r2")]);
    await land(w, artifactId, [generalize("1", "A", "C")]);
    // C was below A, and now A is below C.
    expect(await refusalOf(revert(w, also?.patchId))).toMatchObject({
      reason: expect.stringMatching(/^PATCH_INVALID|READ_SET_STALE$/),
    });
    expect(await revert(w, cut?.patchId)).toMatchObject({ status: PatchStatus.APPLIED });
    expect((await w.load({ artifactId })).graph.relations.has("r1")).toBe(true);
  });

  it("is only of patches that are applied, and there", async () => {
    const w = open();
    const artifactId = await w.mint();
    const { patch } = await w.client.proposePatch({ artifactId, operations: [rename("1", "Order", "A")] });
    expect(await refusalOf(revert(w, patch?.patchId))).toMatchObject({ reason: "PATCH_STATE" });
    expect(await refusalOf(revert(w, uuidv7()))).toMatchObject({ reason: "PATCH_NOT_FOUND" });
  });
}

forEachDatabase(suite);

import { ItemKind } from "@ameide/proto/ameide/model/v1/model_pb.js";
import { create } from "@bufbuild/protobuf";
import { AuthorSchema } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { ProposePatchRequestSchema } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import { everyPage } from "../testing/pages.ts";
import {
  addClass,
  openPatchWorld,
  remove,
  rename,
  type Operation,
  type PatchWorld,
} from "../testing/patch-world.ts";
import { proposePatch } from "./propose-patch.ts";

async function land(
  { client }: PatchWorld,
  artifactId: string,
  operations: Operation[],
  branch = "",
): Promise<string> {
  const { patch } = await client.proposePatch({ artifactId, branch, operations });
  const patchId = patch?.patchId ?? "";
  await client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
  return patchId;
}

function suite(given: GivenDatabase): void {
  const open = async () => {
    const w = openPatchWorld(given().database);
    return { w, artifactId: await w.mint() };
  };

  it("names who made it, which agent in which run, who approved, the operation and why", async () => {
    const { w, artifactId } = await open();
    const author = create(AuthorSchema, {
      userId: w.actor.userId,
      agentId: "bpmn",
      agentVersion: "2",
      model: "offline/model",
      runId: uuidv7(),
    });
    const operations = [{ ...rename("1", "Order", "Purchase"), rationale: "It is one." }];
    const request = create(ProposePatchRequestSchema, { artifactId, operations });
    const { patch } = await proposePatch(w.deps, w.actor, request, author);
    const patchId = patch?.patchId ?? "";
    const boss = w.as({ roles: ["admin"] });
    await boss.client.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
    const { entries } = await w.client.getProvenance({ artifactId });
    expect(entries).toMatchObject([
      {
        ref: { kind: ItemKind.ELEMENT, id: "Order", viewId: "" },
        field: "name",
        version: 3n,
        branch: "main",
        patchId,
        operationId: "1",
        rationale: "It is one.",
        author,
        approvedBy: boss.actor.userId,
        removed: false,
      },
    ]);
  });

  it("tells the last one for each field, or all there were; imports have none", async () => {
    const { w, artifactId } = await open();
    const first = await land(w, artifactId, [rename("1", "Order", "A")]);
    const second = await land(w, artifactId, [rename("1", "Order", "B")]);
    const told = async (request: object) =>
      (await w.client.getProvenance({ artifactId, ...request })).entries.map(({ patchId }) => patchId);
    expect(await told({ itemIds: ["Order"] })).toEqual([second]);
    expect(await told({ itemIds: ["Order"], history: true })).toEqual([second, first]);
    expect(await told({ itemIds: ["Line"] })).toEqual([]);
    expect(await told({ field: "documentation" })).toEqual([]);
  });

  it("of what came, went and came back is of the last time that it came", async () => {
    const { w, artifactId } = await open();
    await land(w, artifactId, [addClass("1", "Payment", "Payment")]);
    await land(w, artifactId, [rename("1", "Payment", "Payments")]);
    const gone = await land(w, artifactId, [remove("1", "Payment")]);
    const of = async () => (await w.client.getProvenance({ artifactId, itemIds: ["Payment"] })).entries;
    expect(await of()).toMatchObject([{ field: "", removed: true, patchId: gone }]);
    const { patch } = await w.client.revertPatch({ patchId: gone, apply: true, requestId: uuidv7() });
    expect(await of()).toMatchObject([
      { field: "", removed: false, patchId: patch?.patchId, operationId: "revert" },
    ]);
  });

  it("of a branch is also that of its base, up to where it began", async () => {
    const { w, artifactId } = await open();
    const before = await land(w, artifactId, [rename("1", "Order", "A"), rename("2", "Line", "B")]);
    await w.client.createBranch({ artifactId, name: "draft" });
    await land(w, artifactId, [rename("1", "Line", "C")]);
    const there = await land(w, artifactId, [rename("1", "Order", "D")], "draft");
    const { entries } = await w.client.getProvenance({ artifactId, branch: "draft" });
    expect(entries.map(({ ref, patchId, branch }) => [ref?.id, patchId, branch])).toEqual([
      ["Order", there, "draft"],
      ["Line", before, "main"],
    ]);
  });

  it("comes in pages, while others go on", async () => {
    const { w, artifactId } = await open();
    for (const id of ["Order", "Line", "Invoice", "Customer"])
      await land(w, artifactId, [rename("1", id, `New ${id}`)]);
    const pages = await everyPage(
      async (pageToken) => {
        const page = await w.client.getProvenance({ artifactId, pageSize: 3, pageToken });
        return { items: page.entries.map(({ ref }) => ref?.id ?? ""), nextPageToken: page.nextPageToken };
      },
      () => land(w, artifactId, [addClass("1", `C${uuidv7()}`)]),
    );
    expect(pages).toEqual([["Customer", "Invoice", "Line"], ["Order"]]);
  });
}

forEachDatabase(suite);

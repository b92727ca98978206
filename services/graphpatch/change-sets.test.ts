import {
  NackReason,
  type SubmitChangeSetResponse,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { PatchOrigin, PatchStatus } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { applyChanges } from "../notation/apply-changes.ts";
import { diffGraphs } from "../notation/diff-graphs.ts";
import { changeFromMessage } from "../notation/model-messages.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";
import {
  addClass,
  byId,
  connect,
  createdBy,
  openPatchWorld,
  remove,
  rename,
  type Operation,
  type PatchWorld,
} from "../testing/patch-world.ts";
import { refusalOf } from "../testing/refusal.ts";

const submit = (
  { client }: PatchWorld,
  artifactId: string,
  baseVersion: number,
  operations: Operation[],
  requestId = uuidv7(),
) => client.submitChangeSet({ artifactId, baseVersion: BigInt(baseVersion), operations, requestId });

function ackOf({ result }: SubmitChangeSetResponse) {
  if (result.case !== "ack")
    throw new Error(`it was not taken: ${JSON.stringify(result.value?.diagnostics)}`);
  return result.value;
}

function nackOf({ result }: SubmitChangeSetResponse) {
  if (result.case !== "nack") throw new Error("it was taken");
  return result.value;
}

function suite(given: GivenDatabase): void {
  const open = () => openPatchWorld(given().database);

  it("that is taken is told its version, the ids of what is new and all that has changed", async () => {
    const w = open();
    const artifactId = await w.mint();
    const before = (await w.load({ artifactId })).graph;
    const operations = [
      addClass("1", "Payment", "Payment"),
      addClass("2", "Other", "Order"),
      addClass("3", "Third"),
      connect("4", createdBy("1"), byId("Invoice")),
    ];
    const ack = ackOf(await submit(w, artifactId, 2, operations));
    expect(ack).toMatchObject({ version: 3n, etag: "v3", replayed: false, rebased: false });
    const after = (await w.load({ artifactId })).graph;
    // "Order" was taken, so the second got another; the others had no wish.
    expect(Object.keys(ack.idMap).toSorted()).toEqual(["3", "4", "Order", "Payment"]);
    expect(ack.idMap["Payment"]).toBe("Payment");
    expect(after.elements.get(ack.idMap["Order"] ?? "")?.name).toBe("Other");
    expect(after.elements.get(ack.idMap["3"] ?? "")?.name).toBe("Third");
    expect(after.relations.get(ack.idMap["4"] ?? "")).toMatchObject({ source: "Payment", target: "Invoice" });
    expect(diffGraphs(applyChanges(before, ack.changes.map(changeFromMessage)), after)).toEqual([]);
    const { patch } = await w.client.getPatch({ patchId: ack.patchId });
    expect(patch).toMatchObject({
      status: PatchStatus.APPLIED,
      origin: PatchOrigin.CHANGE_SET,
      approvedBy: w.actor.userId,
    });
    expect((await w.client.listPatches({ artifactId })).patches).toEqual([]);
    const { patches } = await w.client.listPatches({ artifactId, origins: [PatchOrigin.CHANGE_SET] });
    expect(patches.map(({ patchId }) => patchId)).toEqual([ack.patchId]);
  });

  it("made for an older version is taken when others changed other things, and says so", async () => {
    const w = open();
    const artifactId = await w.mint();
    await submit(w, artifactId, 2, [rename("1", "Order", "Purchase")]);
    const ack = ackOf(await submit(w, artifactId, 2, [rename("1", "Customer", "Client")]));
    expect(ack).toMatchObject({ version: 4n, rebased: true });
    expect(ack.changes.map(({ change }) => change.case)).toEqual(["set"]);
    const { elements } = (await w.load({ artifactId })).graph;
    expect([elements.get("Order")?.name, elements.get("Customer")?.name]).toEqual(["Purchase", "Client"]);
  });

  it("that conflicts is not taken: it says what others made of it, and nothing has changed", async () => {
    const w = open();
    const artifactId = await w.mint();
    await submit(w, artifactId, 2, [rename("1", "Order", "Theirs")]);
    const nack = nackOf(await submit(w, artifactId, 2, [addClass("1", "New"), rename("2", "Order", "Mine")]));
    expect(nack).toMatchObject({ reason: NackReason.CONFLICT, serverVersion: 3n, replayed: false });
    expect(nack.conflicts).toMatchObject([
      {
        operationId: "2",
        ref: { id: "Order" },
        field: "name",
        base: { kind: { value: "Order" } },
        theirs: { kind: { value: "Theirs" } },
        yours: { kind: { value: "Mine" } },
      },
    ]);
    expect((await w.load({ artifactId })).version).toBe(3);
    const { patches } = await w.client.listPatches({ artifactId, origins: [PatchOrigin.CHANGE_SET] });
    expect(patches).toHaveLength(1);
  });

  it("that cannot be is told all that is wrong; one that is ahead of the server, how far it is", async () => {
    const w = open();
    const artifactId = await w.mint();
    const nack = nackOf(await submit(w, artifactId, 2, [rename("1", "No", "A"), rename("2", "Nope", "B")]));
    expect(nack).toMatchObject({ reason: NackReason.INVALID, serverVersion: 2n });
    expect(nack.diagnostics.map(({ operationId }) => operationId)).toEqual(["1", "2"]);
    const ahead = nackOf(await submit(w, artifactId, 9, [rename("1", "Order", "A")]));
    expect(ahead).toMatchObject({ reason: NackReason.VERSION_UNKNOWN, serverVersion: 2n });
  });

  it("sent again gets its first answer, taken or not, and says that it is one", async () => {
    const w = open();
    const artifactId = await w.mint();
    const [taken, refused] = [uuidv7(), uuidv7()];
    const rightOne = () => submit(w.elsewhere(), artifactId, 2, [rename("1", "Order", "A")], taken);
    const wrongOne = () => submit(w.elsewhere(), artifactId, 2, [rename("1", "Order", "B")], refused);
    const first = ackOf(await rightOne());
    const no = nackOf(await wrongOne());
    await submit(w, artifactId, 3, [remove("1", "Order")]);
    expect(ackOf(await rightOne())).toEqual({ ...first, replayed: true });
    expect(nackOf(await wrongOne())).toEqual({ ...no, replayed: true });
    expect((await w.load({ artifactId })).version).toBe(4);
    const reused = submit(w, artifactId, 2, [rename("1", "Order", "C")], taken);
    expect(await refusalOf(reused)).toMatchObject({ reason: "REQUEST_ID_REUSED" });
  });

  it("that comes to nothing is taken, and makes neither a version nor a patch", async () => {
    const w = open();
    const artifactId = await w.mint();
    const ack = ackOf(await submit(w, artifactId, 2, [rename("1", "Order", "Order")]));
    expect(ack).toMatchObject({ version: 2n, patchId: "", changes: [], idMap: {} });
    const { patches } = await w.client.listPatches({ artifactId, origins: [PatchOrigin.CHANGE_SET] });
    expect(patches).toEqual([]);
  });

  it("for what is not there, or by who may not write, is refused in the status", async () => {
    const w = open();
    const artifactId = await w.mint();
    const operations = [rename("1", "Order", "A")];
    expect(await refusalOf(submit(w, uuidv7(), 2, operations))).toMatchObject({
      reason: "ARTIFACT_NOT_FOUND",
    });
    const onBranch = { artifactId, branch: "none", baseVersion: 1n, operations, requestId: uuidv7() };
    expect(await refusalOf(w.client.submitChangeSet(onBranch))).toMatchObject({ reason: "BRANCH_NOT_FOUND" });
    const reviewer = w.as({ roles: ["reviewer"] });
    expect(await refusalOf(submit(reviewer, artifactId, 2, operations))).toMatchObject({
      reason: "SCOPE_MISSING",
    });
  });

  it("of a hundred and one operations is too large", async () => {
    const w = open();
    const artifactId = await w.mint();
    const operations = Array.from({ length: 101 }, (_, i) => addClass(`o${i}`, `C${i}`));
    expect(await refusalOf(submit(w, artifactId, 2, operations))).toMatchObject({
      reason: "SCHEMA_VIOLATION",
    });
    expect(ackOf(await submit(w, artifactId, 2, operations.slice(1)))).toMatchObject({ version: 3n });
  });
}

forEachDatabase(suite);

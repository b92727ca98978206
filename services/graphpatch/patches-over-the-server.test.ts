import {
  PatchRefusalSchema,
  PatchStatus,
  ReviewDecision,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { GraphPatchService } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { ConnectError, createClient, type Client } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, expect, it } from "vitest";
import { canonicalXml } from "../notation/xml/canonical-xml.ts";
import { readXml } from "../notation/xml/read-xml.ts";
import { exportFile, importFile } from "../testing/imported-model.ts";
import { ORDER_BPMN } from "../testing/models/order-bpmn.ts";
import { byId, createdBy, rename, type Operation } from "../testing/patch-world.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";
import { readUpdates } from "../testing/update-reader.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function imported(): Promise<{ alice: Caller; artifactId: string }> {
  const alice = await server.as();
  const { artifact } = await importFile(alice, "order.bpmn", ORDER_BPMN);
  return { alice, artifactId: artifact?.artifactId ?? "" };
}

const canonical = (xml: string): string => canonicalXml(readXml(new TextEncoder().encode(xml)));

const apply = async ({ patches }: Caller, artifactId: string, operations: Operation[]) => {
  const { patch } = await patches.proposePatch({ artifactId, operations });
  const patchId = patch?.patchId ?? "";
  return patches.applyPatch({ patchId, approveUndecided: true, requestId: uuidv7() });
};

it("a label that is changed is all that differs in the exported file, and taken back nothing does", async () => {
  const { alice, artifactId } = await imported();
  const { patch } = await apply(alice, artifactId, [rename("1", "Receive", "Take order")]);
  const expected = ORDER_BPMN.replace('name="Receive order"', 'name="Take order"');
  expect(canonical(await exportFile(alice, artifactId))).toBe(canonical(expected));
  expect(patch?.receipt?.touched).toMatchObject([{ id: "Receive" }]);
  expect(patch?.receipt?.untouchedAfter).toBe(patch?.receipt?.untouchedBefore);
  const { patchId = "" } = patch ?? {};
  await alice.patches.revertPatch({ patchId, apply: true, requestId: uuidv7() });
  expect(canonical(await exportFile(alice, artifactId))).toBe(canonical(ORDER_BPMN));
});

it("what is proposed is reviewed by another, applied, told to watchers once, and in the file", async () => {
  const { alice, artifactId } = await imported();
  const bob = await alice.colleague("reviewer");
  const { checkpointToken } = await bob.artifactQueries.getArtifact({ artifactId });
  const watched = readUpdates((options) =>
    bob.artifactQueries.streamArtifactUpdates({ artifactId, checkpointToken }, options),
  );
  const value = { type: "userTask", name: "Check credit", near: byId("Receive"), elementId: "Check" };
  const operations = [
    { id: "1", operation: { case: "addNode" as const, value } },
    {
      id: "2",
      operation: { case: "connect" as const, value: { source: byId("Receive"), target: createdBy("1") } },
    },
    rename("3", "Ship", "Send goods"),
  ];
  const { patch, preview } = await alice.patches.proposePatch({ artifactId, operations });
  expect(preview?.uiCommands.length).toBeGreaterThan(0);
  const patchId = patch?.patchId ?? "";
  const decisions = [ReviewDecision.APPROVED, ReviewDecision.APPROVED, ReviewDecision.REJECTED];
  const reviews = decisions.map((decision, i) => ({ operationId: `${i + 1}`, decision }));
  expect((await bob.patches.reviewPatch({ patchId, reviews })).patch?.status).toBe(PatchStatus.APPROVED);
  const applied = await alice.patches.applyPatch({ patchId, requestId: uuidv7() });
  // A later one, so that whatever came twice would have come before it.
  await alice.artifactCommands.renameArtifact({ artifactId, title: "Orders" });
  await watched.have(2);
  watched.leave();
  await watched.over;
  const [delta, ...others] = watched.updates.map(({ update }) => update);
  expect(delta).toEqual({ case: "modelDelta", value: applied.delta });
  expect(others.map((update) => update.case)).toEqual(["artifact"]);
  const file = await exportFile(alice, artifactId);
  expect(file).toContain('<bpmn:userTask id="Check" name="Check credit"');
  expect(file).toContain('bpmnElement="Check"');
  expect(file).toContain('name="Ship goods"');
  expect(file).toContain('<shop:desk number="7"');
  const again = await importFile(alice, "again.bpmn", file);
  expect(again.problems).toEqual([]);
});

it("nobody is answerable for what a file has overwritten since, and for the rest still who was", async () => {
  const { alice, artifactId } = await imported();
  await apply(alice, artifactId, [rename("1", "Receive", "Take order"), rename("2", "Ship", "Send goods")]);
  const told = async (history = false) => {
    const { entries } = await alice.patches.getProvenance({ artifactId, history });
    return entries.map(({ ref, field }) => `${ref?.id} ${field}`);
  };
  expect(await told()).toEqual(["Receive name", "Ship name"]);
  const file = (await exportFile(alice, artifactId)).replace('name="Take order"', 'name="Get order"');
  await importFile(alice, "order.bpmn", file, { artifactId });
  expect(await told()).toEqual(["Ship name"]);
  expect(await told(true)).toEqual(["Receive name", "Ship name"]);
  const value = { type: "userTask", name: "Check credit", near: byId("Receive"), elementId: "Check" };
  const add = { id: "2", operation: { case: "addNode" as const, value } };
  await apply(alice, artifactId, [rename("1", "Receive", "Accept order"), add]);
  expect(await told()).toEqual(expect.arrayContaining(["Check ", "Receive name", "Ship name"]));
  await importFile(alice, "order.bpmn", ORDER_BPMN, { artifactId });
  expect(await told()).toEqual([]);
});

it.each(["connect", "grpc"])(
  "over %s a conflict says in its details what has to be repaired",
  async (protocol) => {
    const { alice, artifactId } = await imported();
    const authorize = { authorization: `Bearer ${alice.token}` };
    const createTransport = protocol === "grpc" ? createGrpcTransport : createConnectTransport;
    const transport = createTransport({ baseUrl: server.baseUrl, httpVersion: "2" });
    const client: Client<typeof GraphPatchService> = createClient(GraphPatchService, transport);
    const operations = [rename("1", "Receive", "Mine"), rename("2", "Ship", "Mine")];
    const { patch } = await client.proposePatch({ artifactId, operations }, { headers: authorize });
    await apply(alice, artifactId, [rename("1", "Receive", "Theirs"), rename("2", "Ship", "Theirs")]);
    const request = { patchId: patch?.patchId ?? "", approveUndecided: true, requestId: uuidv7() };
    const error = await client.applyPatch(request, { headers: authorize }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectError);
    const [refusal] = (error as ConnectError).findDetails(PatchRefusalSchema);
    expect(refusal).toMatchObject({ total: 2 });
    expect(refusal?.conflicts.map(({ ref, field }) => [ref?.id, field])).toEqual([
      ["Receive", "name"],
      ["Ship", "name"],
    ]);
  },
);

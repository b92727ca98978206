import { createHash } from "node:crypto";
import { ArtifactEventType, RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import type { StreamArtifactUpdatesResponse } from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bigBpmn } from "../../testing/big-bpmn.ts";
import { exported, imported, uploaded } from "../../testing/content-files.ts";
import { ORDER_BPMN } from "../../testing/models/order-bpmn.ts";
import { rename } from "../../testing/patch-world.ts";
import { refusalOf } from "../../testing/refusal.ts";
import { startTestServer, type Caller, type TestServer } from "../../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const FILE = new TextEncoder().encode(ORDER_BPMN);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const importFile = async (caller: Caller, file: Uint8Array, request: Parameters<typeof imported>[1] = {}) =>
  imported(caller, { ...request, uploadId: await uploaded(caller, file, { name: "order.bpmn" }) });

async function changed(caller: Caller, artifactId: string, target: string, name: string): Promise<bigint> {
  const { patch } = await caller.patches.proposePatch({
    artifactId,
    operations: [rename("1", target, name)],
  });
  const { patchId = "" } = patch ?? {};
  const requestId = crypto.randomUUID();
  const applied = await caller.patches.applyPatch({ patchId, approveUndecided: true, requestId });
  return applied.patch?.appliedVersion ?? 0n;
}

async function modelOf(caller: Caller, artifactId: string, version = 0n) {
  const messages = [];
  for await (const message of caller.contentQueries.getModel({ artifactId, version })) messages.push(message);
  const items = messages.flatMap((message) => message.items);
  return { head: messages[0]?.head, items, checkpointToken: messages.at(-1)?.checkpointToken };
}

/** Names of elements by id. */
const namesOf = ({ items }: Pick<Awaited<ReturnType<typeof modelOf>>, "items">) =>
  new Map(
    items.flatMap(({ item }) => (item.case === "element" ? [[item.value.id, item.value.name] as const] : [])),
  );

describe("an empty model", () => {
  it("begins as version 2, takes patches, and goes out as a new file", async () => {
    const alice = await server.as();
    const create = (kind: string) =>
      alice.artifactCommands.createArtifact({ title: "New: one", kind, emptyModel: true });
    const { artifact } = await create("uml::class");
    const { artifactId = "" } = artifact ?? {};
    expect(artifact).toMatchObject({
      version: 2n,
      content: { notation: "uml", elementCount: 0, version: 2n },
    });
    const node = { case: "addNode" as const, value: { type: "class", name: "Order" } };
    const { patch } = await alice.patches.proposePatch({
      artifactId,
      operations: [{ id: "1", operation: node }],
    });
    const { patchId = "" } = patch ?? {};
    await alice.patches.applyPatch({ patchId, approveUndecided: true, requestId: crypto.randomUUID() });
    const file = await exported(alice, { artifactId });
    expect(file.head).toMatchObject({
      original: false,
      version: 3n,
      fileName: expect.stringMatching(/^New_ one\./) as string,
    });
    const again = await imported(alice, {
      uploadId: await uploaded(alice, file.bytes, { name: file.head.fileName }),
    });
    expect(again).toMatchObject({
      content: { notation: "uml", elementCount: 1 },
      artifact: { kind: "uml::class" },
    });
    expect(await refusalOf(create("folder"))).toMatchObject({
      reason: "CONTENT_INVALID",
      metadata: { code: "NO_NOTATION" },
    });
  });
});

describe("a BPMN file", () => {
  it("becomes an artifact, and comes back byte for byte until something is changed", async () => {
    const alice = await server.as();
    const stages: number[] = [];
    const uploadId = await uploaded(alice, FILE, { name: "order.bpmn" });
    const result = await imported(alice, { uploadId, title: "Orders" }, ({ stage }) => stages.push(stage));
    const { artifactId = "" } = result.artifact ?? {};
    expect(result).toMatchObject({
      changed: true,
      version: 2n,
      sha256: sha256(FILE),
      artifact: {
        title: "Orders",
        kind: "bpmn::process",
        version: 2n,
        content: { notation: "bpmn", version: 2n },
      },
    });
    expect(stages).toEqual(stages.toSorted());
    const file = await exported(alice, { artifactId });
    expect(file.head).toMatchObject({
      original: true,
      fileName: "order.bpmn",
      mediaType: "application/bpmn+xml",
    });
    expect(Buffer.from(file.bytes).equals(FILE)).toBe(true);
    const { head, items } = await modelOf(alice, artifactId);
    expect(head).toMatchObject({ notation: "bpmn", version: 2n, contentVersion: 2n });
    const counted = items.filter(({ item }) => item.case === "element").length;
    expect(counted).toBe(head?.content?.elementCount);
    expect(result.content).toMatchObject({ elementCount: counted, sizeBytes: BigInt(FILE.length) });
  });

  it("is changed by a patch: one delta for who watches, one version, and a file that differs in that alone", async () => {
    const alice = await server.as();
    const { artifact } = await importFile(alice, FILE);
    const { artifactId = "" } = artifact ?? {};
    const { checkpointToken = "", ...model } = await modelOf(alice, artifactId);
    const [id, name] = ["Receive", namesOf(model).get("Receive") ?? ""];
    const version = await changed(alice, artifactId, id, "Quite another name");
    expect(version).toBe(3n);
    const updates: StreamArtifactUpdatesResponse["update"][] = [];
    for await (const update of alice.artifactQueries.streamArtifactUpdates({ artifactId, checkpointToken })) {
      if (update.update.case) updates.push(update.update);
      if (update.version === version) break;
    }
    expect(updates).toMatchObject([
      { case: "modelDelta", value: { branch: "main", fromVersion: 2n, toVersion: 3n, fullReload: false } },
    ]);
    const file = await exported(alice, { artifactId });
    expect(file.head).toMatchObject({ original: false, version: 3n, sha256: sha256(file.bytes) });
    const [before, after] = [ORDER_BPMN, new TextDecoder().decode(file.bytes)];
    const alike = (xml: string) => xml.replaceAll(" />", "/>").trim();
    expect(alike(after.replaceAll("Quite another name", name))).toBe(alike(before));
    expect((await exported(alice, { artifactId, version: 2n })).head.original).toBe(true);
    expect(namesOf(await modelOf(alice, artifactId, 2n)).get(id)).toBe(name);
    const { revisions } = await alice.contentQueries.listRevisions({ artifactId });
    expect(revisions).toMatchObject([
      { version: 3n, origin: RevisionOrigin.PATCH, author: alice.userId },
      { version: 2n, origin: RevisionOrigin.IMPORT },
    ]);
    const { entries } = await alice.artifactQueries.getArtifactHistory({ artifactId });
    expect(entries.map(({ eventType }) => eventType)).toEqual([
      ArtifactEventType.MODEL_CHANGED,
      ArtifactEventType.CONTENT_IMPORTED,
      ArtifactEventType.CREATED,
    ]);
  });

  it("imported again is a new version with a delta; the very same is none", async () => {
    const alice = await server.as();
    const { artifact } = await importFile(alice, FILE);
    const { artifactId = "" } = artifact ?? {};
    expect(await importFile(alice, FILE, { artifactId })).toMatchObject({ changed: false, version: 2n });
    const other = ORDER_BPMN.replace('"Receive order"', '"Renamed outside"');
    const again = await importFile(alice, new TextEncoder().encode(other), { artifactId });
    expect(again).toMatchObject({ changed: true, version: 3n });
    expect([...namesOf(await modelOf(alice, artifactId)).values()]).toContain("Renamed outside");
    const [update] = await updatesAfter(alice, artifactId, 3n);
    expect(update).toMatchObject({ case: "modelDelta", value: { fromVersion: 2n, fullReload: false } });
    const stale = importFile(alice, FILE, { artifactId, expectedVersion: 2n });
    expect(await refusalOf(stale)).toMatchObject({ reason: "VERSION_MISMATCH" });
  });

  it("has branches that are watched and exported by themselves, and a new model is to be read again", async () => {
    const alice = await server.as();
    const { artifact } = await importFile(alice, FILE);
    const { artifactId = "" } = artifact ?? {};
    await alice.patches.createBranch({ artifactId, name: "draft" });
    await alice.patches.submitChangeSet({
      artifactId,
      branch: "draft",
      baseVersion: 1n,
      operations: [rename("1", "Receive", "On a branch")],
      requestId: crypto.randomUUID(),
    });
    const [delta] = await updatesAfter(alice, artifactId, 2n, "draft");
    expect(delta).toMatchObject({ case: "modelDelta", value: { branch: "draft", toVersion: 2n } });
    const text = async (branch: string) =>
      new TextDecoder().decode((await exported(alice, { artifactId, branch })).bytes);
    expect(await text("draft")).toContain("On a branch");
    expect(await text("")).toBe(ORDER_BPMN);
    await importFile(alice, bigBpmn(1_500_000), { artifactId });
    const [update] = await updatesAfter(alice, artifactId, 3n);
    expect(update).toMatchObject({
      case: "modelDelta",
      value: { fullReload: true, changes: [], fromVersion: 2n },
    });
    expect(await text("draft")).toContain("On a branch");
  });

  it("is only looked at when nothing is to be changed", async () => {
    const alice = await server.as();
    const result = await importFile(alice, FILE, { validateOnly: true });
    expect(result).toMatchObject({
      changed: false,
      version: 0n,
      content: { notation: "bpmn" },
    });
    expect((await alice.artifactQueries.listArtifacts({})).artifacts).toEqual([]);
  });

  it("that cannot be read is refused with the place; so is one of another notation", async () => {
    const alice = await server.as();
    const broken = new TextEncoder().encode(ORDER_BPMN.slice(0, ORDER_BPMN.length / 2));
    const refusal = await refusalOf(importFile(alice, broken));
    expect(refusal).toMatchObject({ code: "InvalidArgument", reason: "CONTENT_INVALID" });
    expect(Number(refusal.metadata["line"])).toBeGreaterThan(1);
    const { artifact } = await alice.artifactCommands.createArtifact({
      title: "A",
      kind: "archimate::model",
    });
    const other = importFile(alice, FILE, { artifactId: artifact?.artifactId ?? "" });
    expect(await refusalOf(other)).toMatchObject({ metadata: { code: "OTHER_NOTATION", found: "bpmn" } });
    const nothing = importFile(alice, new TextEncoder().encode("nothing"));
    expect(await refusalOf(nothing)).toMatchObject({ metadata: { code: "UNKNOWN_FORMAT" } });
  });

  it("is found by the words of its elements, as they are now, by its own tenant", async () => {
    const alice = await server.as();
    const { artifact } = await importFile(alice, FILE);
    const { artifactId = "" } = artifact ?? {};
    const id = "Receive";
    await changed(alice, artifactId, id, "Weigh the parcel");
    const find = async (caller: Caller, query: string) =>
      (await caller.contentQueries.searchModelItems({ query })).items.map(({ itemId }) => itemId);
    expect(await find(alice, "parcel weigh")).toEqual([id]);
    await changed(alice, artifactId, id, "Ship it");
    expect(await find(alice, "parcel")).toEqual([]);
    expect(await find(await server.as(), "ship")).toEqual([]);
  });

  it("keeps snapshots that nobody can change", async () => {
    const alice = await server.as();
    const { artifact } = await importFile(alice, FILE);
    const { artifactId = "" } = artifact ?? {};
    const { contentCommands, contentQueries } = alice;
    const { snapshot } = await contentCommands.createSnapshot({ artifactId, name: "Release 1" });
    expect(snapshot).toMatchObject({
      version: 2n,
      sha256: sha256(FILE),
      fileName: "order.bpmn",
      branch: "main",
    });
    const again = contentCommands.createSnapshot({ artifactId, name: "Release 1" });
    expect(await refusalOf(again)).toMatchObject({ code: "AlreadyExists", reason: "SNAPSHOT_EXISTS" });
    expect((await contentQueries.listSnapshots({ artifactId })).snapshots).toEqual([snapshot]);
  });

  it("is judged by the rules of its notation and by the tenant's own", async () => {
    const admin = await server.as({ roles: ["admin"] });
    const { artifact } = await importFile(admin, FILE);
    const { artifactId = "" } = artifact ?? {};
    const condition = { field: "documentation" };
    await admin.contentCommands.setModelRules({
      rules: [
        {
          name: "documented",
          severity: 2,
          says: "Every task says why.",
          types: ["task", "userTask"],
          condition,
        },
      ],
    });
    const { diagnostics, totalCount } = await admin.contentQueries.validateModel({ artifactId });
    expect(totalCount).toBe(diagnostics.length);
    expect(diagnostics.filter(({ code }) => code === "tenant/documented").length).toBeGreaterThan(0);
  });
});

async function updatesAfter(caller: Caller, artifactId: string, version: bigint, branch = "") {
  for await (const update of caller.artifactQueries.streamArtifactUpdates({ artifactId, branch }))
    if (update.version === version && update.update.case) return [update.update];
  return [];
}

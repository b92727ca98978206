import {
  CreateSnapshotRequestSchema,
  ImportContentRequestSchema,
  WriteDocumentRequestSchema,
} from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { SearchModelItemsRequestSchema } from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import type { Graph } from "../../notation/graph.ts";
import type { Actor } from "../../platform/auth/actor.ts";
import { forEachDatabase, type GivenDatabase } from "../../testing/databases.ts";
import { jsonKit } from "../../testing/json-kit.ts";
import { generateModel } from "../../testing/model-graphs.ts";
import { mintModel, modelDepsOf } from "../../testing/model-world.ts";
import { smallGraph } from "../../testing/small-graph.ts";
import { actorOf } from "../../testing/test-slices.ts";
import { appendUpload } from "./append-upload.ts";
import { DOCUMENT_KIND } from "./artifact-kinds.ts";
import { createBytePlaces } from "./byte-places.ts";
import type { ContentDeps } from "./content-deps.ts";
import { createSnapshot } from "./create-snapshot.ts";
import { createUpload } from "./create-upload.ts";
import { importContent } from "./import-content.ts";
import { searchModelItems } from "./search-model-items.ts";
import { needObjects } from "./stored-object-store.ts";
import { keepObject, objectKey } from "./stored-object.ts";
import { sweepContent } from "./sweep-content.ts";
import { withUpload } from "./upload.ts";
import { writeDocument } from "./write-document.ts";

const DAY = 24 * 3_600_000;
const never = new AbortController().signal;

function suite(given: GivenDatabase): void {
  const world = () => {
    const clock = { ahead: 0 };
    const now = () => new Date(Date.now() + clock.ahead);
    return { deps: modelDepsOf(given().database, { now }), actor: actorOf(), clock };
  };
  const rowsOf = async (actor: Actor, text: string) =>
    (await given().database.reader(actor.tenantId).query(text, [])).map(([first]) => first);

  async function upload(deps: ContentDeps, actor: Actor, bytes: Uint8Array): Promise<string> {
    const asked = { name: "a.json", sizeBytes: BigInt(bytes.length), sha256: "", requestId: "" };
    const { upload: made } = await createUpload(deps, actor, asked as never);
    const { uploadId = "" } = made ?? {};
    await appendUpload(deps, actor, { uploadId, offset: 0n, chunk: bytes } as never);
    return uploadId;
  }
  const fileOf = (graph: Graph) => jsonKit(graph.notation).codec.write(graph);
  async function importInto(deps: ContentDeps, actor: Actor, bytes: Uint8Array, artifactId = "") {
    const request = create(ImportContentRequestSchema, {
      artifactId,
      uploadId: await upload(deps, actor, bytes),
    });
    return (await Array.fromAsync(importContent(deps, actor, request, never))).at(-1)?.event;
  }

  it("a snapshot is changed by nobody, not even by the owner of the table", async () => {
    const { deps, actor } = world();
    const artifactId = await mintModel(deps, actor, generateModel("uml", 10));
    const request = create(CreateSnapshotRequestSchema, { artifactId, name: "one" });
    const { snapshot } = await createSnapshot(deps, actor, request, never);
    expect(await deps.objects.size(objectKey(actor.tenantId, snapshot?.sha256 ?? ""))).toBe(
      Number(snapshot?.sizeBytes),
    );
    for (const change of ["UPDATE artifact_snapshots SET name = 'x'", "DELETE FROM artifact_snapshots"]) {
      const asApp = given().database.transaction(actor.tenantId, (tx) => tx.query(change, []));
      await expect(asApp).rejects.toThrow("permission denied");
      const asOwner = given().driver.script(
        `SET ROLE NONE; ALTER TABLE artifact_snapshots NO FORCE ROW LEVEL SECURITY; ${change};`,
      );
      await expect(asOwner).rejects.toMatchObject({
        message: expect.stringContaining("never changed") as string,
      });
      await given().driver.script(
        "SET ROLE NONE; ALTER TABLE artifact_snapshots FORCE ROW LEVEL SECURITY; SET ROLE ameide_app",
      );
    }
  });

  it("a file comes into memory when there is a place for it, and whoever leaves before takes none", async () => {
    const { deps, actor } = world();
    const [places, bytes] = [createBytePlaces(4), new Uint8Array([1, 2, 3])];
    const [first, second] = [await upload(deps, actor, bytes), await upload(deps, actor, bytes)];
    let reads = 0;
    const get = (key: string) => (reads++, deps.objects.get(key));
    const counted = { ...deps, objects: { ...deps.objects, get } };
    const use = async (uploadId: string, work: () => Promise<unknown>, signal = never) =>
      withUpload(counted, actor, uploadId, { signal }, work, places);
    const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const using = use(first, async () => (begun.resolve(), goOn.promise));
    await begun.promise;
    const left = AbortSignal.timeout(100);
    await expect(use(second, async () => undefined, left)).rejects.toThrow("aborted due to timeout");
    expect(reads).toBe(1);
    goOn.resolve();
    await using;
    await use(second, async () => undefined);
    expect(reads).toBe(2);
  });

  it("a file too long for a document is refused before it is read", async () => {
    const { deps, actor } = world();
    const uploadId = await upload(deps, actor, new Uint8Array([65]));
    await deps.database.transaction(actor.tenantId, (tx) =>
      tx.query("UPDATE uploads SET size_bytes = 5000004, received = 5000004", []),
    );
    const refused = { reason: "CONTENT_INVALID", metadata: { code: "DOCUMENT_TOO_LONG" } };
    const content = { case: "uploadId" as const, value: uploadId };
    const request = create(WriteDocumentRequestSchema, { content });
    await expect(writeDocument(deps, actor, request, never)).rejects.toMatchObject(refused);
    const asked = create(ImportContentRequestSchema, { uploadId, kind: DOCUMENT_KIND });
    await expect(Array.fromAsync(importContent(deps, actor, asked, never))).rejects.toMatchObject(refused);
  });

  // Seen to fail on PostgreSQL without the lock in openUploads: several at once see the same count.
  it("uploads are fifty at most, however many begin at once", async () => {
    const { deps, actor } = world();
    const asked = { name: "a", sizeBytes: 1n, sha256: "", requestId: "" };
    const begun = await Promise.allSettled(
      Array.from({ length: 60 }, () => createUpload(deps, actor, asked as never)),
    );
    expect(begun.filter(({ status }) => status === "fulfilled")).toHaveLength(50);
  });

  it("uploads that were never used go after a day, with their parts", async () => {
    const { deps, actor, clock } = world();
    const uploadId = await upload(deps, actor, new Uint8Array([1, 2, 3]));
    const parts = () => Array.fromAsync(deps.objects.list(`${actor.tenantId}/uploads/${uploadId}/`));
    await sweepContent(deps, deps.now());
    expect(await parts()).toHaveLength(1);
    clock.ahead = DAY + 1000;
    await sweepContent(deps, deps.now());
    expect(await parts()).toEqual([]);
    expect(await rowsOf(actor, "SELECT count(*)::int FROM upload_parts")).toEqual([0]);
  });

  // Seen to fail when the sweep deletes what was touched lately.
  it("an object goes a day after it was last put, unless somebody needs it", async () => {
    const { deps, actor, clock } = world();
    const keep = () => keepObject(deps, actor.tenantId, new TextEncoder().encode(actor.tenantId));
    const there = async (sha256: string) =>
      (await deps.objects.size(objectKey(actor.tenantId, sha256))) !== undefined;
    const need = (sha256: string, by: 1 | -1) =>
      deps.database.transaction(actor.tenantId, (tx) => needObjects(tx, [sha256], by));
    const sha256 = await keep();
    await need(sha256, 1);
    clock.ahead += 2 * DAY;
    await sweepContent(deps, deps.now());
    expect(await there(sha256)).toBe(true);
    await need(sha256, -1);
    await keep();
    await sweepContent(deps, deps.now());
    expect(await there(sha256)).toBe(true);
    clock.ahead += 2 * DAY;
    await sweepContent(deps, deps.now());
    expect(await there(sha256)).toBe(false);
    await keep();
    expect(await there(sha256)).toBe(true);
  });

  it("an import leaves no rows of an index that is not in force, whether it succeeds or not", async () => {
    const { deps, actor } = world();
    const [graph, other] = [generateModel("uml", 700), generateModel("uml", 900, 2)];
    const first = await importInto(deps, actor, fileOf(graph));
    const artifactId = first?.case === "result" ? (first.value?.artifact?.artifactId ?? "") : "";
    const indexed = () => rowsOf(actor, "SELECT count(*)::int FROM model_items");
    const sizeOf = ({ elements, relations }: Graph) => elements.size + relations.size;
    expect(await indexed()).toEqual([sizeOf(graph)]);
    const second = await importInto(deps, actor, fileOf(other), artifactId);
    expect(second).toMatchObject({ case: "result", value: { changed: true, version: 3n } });
    expect(await indexed()).toEqual([sizeOf(other)]);
    await importInto(deps, actor, fileOf(other), artifactId);
    expect(await indexed()).toEqual([sizeOf(other)]);
    const failing = {
      ...deps,
      objects: { ...deps.objects, put: () => Promise.reject(new Error("disk full")) },
    };
    const uploadId = await upload(deps, actor, fileOf(generateModel("uml", 300, 3)));
    const request = create(ImportContentRequestSchema, { artifactId, uploadId });
    await expect(Array.fromAsync(importContent(failing, actor, request, never))).rejects.toThrow("disk full");
    expect(await indexed()).toEqual([sizeOf(other)]);
  });

  // Seen to fail when deleteIndex does not ask what the artifact names.
  it("an import that does not hear of its commit leaves the rows that are in force", async () => {
    const { deps, actor } = world();
    const { database } = deps;
    const committed = () => rowsOf(actor, "SELECT count(*)::int FROM artifacts");
    const deaf: typeof database = {
      ...database,
      async transaction(tenantId, work) {
        const [before] = await committed();
        const result = await database.transaction(tenantId, work);
        if ((await committed())[0] !== before) throw new Error("the connection is gone");
        return result;
      },
    };
    const graph = generateModel("uml", 60);
    await expect(importInto({ ...deps, database: deaf }, actor, fileOf(graph))).rejects.toThrow("is gone");
    expect(await rowsOf(actor, "SELECT count(*)::int FROM model_items")).toEqual([
      graph.elements.size + graph.relations.size,
    ]);
  });

  it("rows of an import that was killed go after a day, those in force stay", async () => {
    const { deps, actor, clock } = world();
    const graph = generateModel("uml", 60);
    const first = await importInto(deps, actor, fileOf(graph));
    const artifactId = first?.case === "result" ? (first.value?.artifact?.artifactId ?? "") : "";
    const indexed = async () => Number((await rowsOf(actor, "SELECT count(*)::int FROM model_items"))[0]);
    // A process that is killed deletes nothing any more.
    const killed: typeof deps.database = {
      ...deps.database,
      transaction: (tenantId, work) =>
        deps.database.transaction(tenantId, (tx) => {
          const query: typeof tx.query = (text, params) =>
            text.startsWith("DELETE FROM model_")
              ? Promise.reject(new Error("killed"))
              : tx.query(text, params);
          return work({ ...tx, query });
        }),
    };
    const objects = { ...deps.objects, put: () => Promise.reject(new Error("killed")) };
    const dying = { ...deps, database: killed };
    const uploadId = await upload(deps, actor, fileOf(generateModel("uml", 80, 2)));
    const request = create(ImportContentRequestSchema, { artifactId, uploadId });
    const importing = Array.fromAsync(importContent({ ...dying, objects }, actor, request, never));
    await expect(importing).rejects.toThrow("killed");
    const inForce = graph.elements.size + graph.relations.size;
    await sweepContent(deps, deps.now());
    expect(await indexed()).toBeGreaterThan(inForce);
    clock.ahead = DAY + 60_000;
    await sweepContent(deps, deps.now());
    expect(await indexed()).toBe(inForce);
    expect(await rowsOf(actor, "SELECT count(*)::int FROM model_imports")).toEqual([0]);
  });

  // Seen to fail when the limit of the function comes before the artifact.
  it("what an artifact has is found, however many rows elsewhere have the word", async () => {
    const { deps, actor } = world();
    const { tenantId } = actor;
    await deps.database.transaction(tenantId, (tx) =>
      tx.query(
        `INSERT INTO model_items (tenant_id, index_id, item_id, artifact_id, kind, key, type, name)
         SELECT $1::uuid, $1::uuid, 'i' || n, $1::uuid, 2, '', 'class', 'zebra' FROM generate_series(1, 5001) n`,
        [tenantId],
      ),
    );
    const model = smallGraph("uml", ['package a {"name":"Zebra crossing"}']);
    const artifactId = await mintModel(deps, actor, model);
    const search = async (asked: MessageInitShape<typeof SearchModelItemsRequestSchema>) => {
      const request = create(SearchModelItemsRequestSchema, { query: "zebra", ...asked });
      const { items = [], more } = await searchModelItems(deps, actor, request);
      return { ids: items.map(({ itemId }) => itemId), more };
    };
    expect(await search({ artifactId })).toEqual({ ids: ["a"], more: false });
    expect(await search({ artifactId, types: ["package"] })).toEqual({ ids: ["a"], more: false });
    expect(await search({ types: ["package"] })).toEqual({ ids: ["a"], more: false });
    expect(await search({ artifactId, types: ["none"] })).toEqual({ ids: [], more: false });
    expect(await search({})).toMatchObject({ more: true });
  });

  it("another tenant sees neither models, uploads, attachments nor objects", async () => {
    const { deps, actor } = world();
    await mintModel(deps, actor, generateModel("uml", 10));
    await upload(deps, actor, new Uint8Array([1]));
    const stranger = actorOf();
    for (const table of ["artifact_revisions", "model_graphs", "model_items", "uploads", "stored_objects"]) {
      expect(await rowsOf(stranger, `SELECT count(*)::int FROM ${table}`)).toEqual([0]);
      expect(await rowsOf(actor, `SELECT count(*)::int > 0 FROM ${table}`)).toEqual([true]);
    }
  });
}

describe("content that is kept", () => {
  forEachDatabase(suite);
});

import { createHash, randomBytes } from "node:crypto";
import {
  ArtifactEventType,
  ContentForm,
  RevisionOrigin,
} from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import type { StreamArtifactUpdatesResponse } from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { downloaded, exported, imported, uploaded } from "../../testing/content-files.ts";
import { newArtifactOf } from "../../testing/messages.ts";
import { refusalOf } from "../../testing/refusal.ts";
import { startTestServer, type Caller, type TestServer } from "../../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const text = (value: string) => new TextEncoder().encode(value);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe("an upload", () => {
  it("goes on where it was broken off, and takes a chunk twice without effect", async () => {
    const alice = await server.as();
    const file = randomBytes(2_500_000);
    const { contentCommands: commands, contentQueries: queries } = alice;
    const { upload } = await commands.createUpload({ name: "a.bin", sizeBytes: BigInt(file.length) });
    const { uploadId = "" } = upload ?? {};
    const append = (from: number, to: number) =>
      commands.appendUpload({ uploadId, offset: BigInt(from), chunk: file.subarray(from, to) });
    await append(0, 1_000_000);
    expect((await append(0, 1_000_000)).upload?.receivedBytes).toBe(1_000_000n);
    expect(await refusalOf(append(1_500_000, 2_000_000))).toMatchObject({
      reason: "UPLOAD_INCOMPLETE",
      metadata: { received: "1000000", size: "2500000" },
    });
    expect((await queries.getUpload({ uploadId })).upload?.receivedBytes).toBe(1_000_000n);
    await append(1_000_000, 2_000_000);
    const artifactId = await newArtifactOf(alice, { kind: "common::folder" });
    const attach = commands.attachFile({ artifactId, uploadId });
    expect(await refusalOf(attach)).toMatchObject({ reason: "UPLOAD_INCOMPLETE" });
    await append(2_000_000, 2_500_000);
    const { attachment } = await commands.attachFile({ artifactId, uploadId });
    expect(attachment).toMatchObject({ name: "a.bin", sizeBytes: 2_500_000n, sha256: sha256(file) });
    expect(await refusalOf(queries.getUpload({ uploadId }))).toMatchObject({ reason: "UPLOAD_NOT_FOUND" });
  });

  it("is its user's alone, and its checksum is compared", async () => {
    const alice = await server.as();
    const bob = await alice.colleague("editor");
    const uploadId = await uploaded(alice, text("abc"), { name: "a.md", sha256: sha256(text("abd")) });
    for (const caller of [bob, await server.as()])
      expect(await refusalOf(caller.contentQueries.getUpload({ uploadId }))).toMatchObject({
        code: "NotFound",
        reason: "UPLOAD_NOT_FOUND",
      });
    expect(await refusalOf(imported(alice, { uploadId }))).toMatchObject({
      reason: "CONTENT_INVALID",
      metadata: { code: "CHECKSUM_MISMATCH" },
    });
  });

  it("is one of fifty that a tenant may have", async () => {
    const alice = await server.as();
    const begin = () => alice.contentCommands.createUpload({ name: "a", sizeBytes: 1n });
    for (let i = 0; i < 50; i++) await begin();
    expect(await refusalOf(begin())).toMatchObject({
      reason: "UPLOAD_LIMIT",
      metadata: { counted: "uploads" },
    });
    await (await server.as()).contentCommands.createUpload({ name: "a", sizeBytes: 1n });
  });
});

describe("a document", () => {
  const write = (caller: Caller, artifactId: string, value: string, expectedVersion = 0n) =>
    caller.contentCommands.writeDocument({ artifactId, content: { case: "text", value }, expectedVersion });

  it("has every version that was ever written, as text and as file", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice, { kind: "document", title: "Notes: all" });
    expect((await write(alice, artifactId, "# One\n")).version).toBe(2n);
    expect((await write(alice, artifactId, "# One\n")).version).toBe(2n);
    const edits = [
      { offset: 2n, deleted: 3n, inserted: "Two 😀" },
      { offset: 7n, deleted: 0n, inserted: "!" },
    ];
    const { version, artifact } = await alice.contentCommands.writeDocument({
      artifactId,
      expectedVersion: 2n,
      content: { case: "edits", value: { edits } },
    });
    expect(version).toBe(3n);
    expect(artifact?.content).toMatchObject({
      form: ContentForm.DOCUMENT,
      mediaType: "text/markdown",
      version: 3n,
    });
    const get = async (at: bigint) =>
      (await alice.contentQueries.getDocument({ artifactId, version: at })).text;
    expect([await get(0n), await get(2n), await get(3n)]).toEqual(["# Two 😀!\n", "# One\n", "# Two 😀!\n"]);
    expect(await refusalOf(get(1n))).toMatchObject({ reason: "REVISION_NOT_FOUND" });
    expect(await refusalOf(write(alice, artifactId, "late", 2n))).toMatchObject({
      reason: "VERSION_MISMATCH",
    });
    const file = await exported(alice, { artifactId, version: 2n });
    expect(file.head).toMatchObject({
      fileName: "Notes_ all.md",
      sha256: sha256(text("# One\n")),
      original: true,
    });
    expect(file.bytes).toEqual(text("# One\n"));
    const { revisions } = await alice.contentQueries.listRevisions({ artifactId });
    expect(revisions.map((revision) => [revision.version, revision.origin])).toEqual([
      [3n, RevisionOrigin.DOCUMENT],
      [2n, RevisionOrigin.DOCUMENT],
    ]);
  });

  it("comes from a file, in one message to those who watch, and tells its history", async () => {
    const alice = await server.as();
    const result = await imported(alice, {
      uploadId: await uploaded(alice, text("Hello"), { name: "hello.md" }),
    });
    expect(result).toMatchObject({
      changed: true,
      version: 2n,
      artifact: { kind: "common::document", title: "hello.md" },
    });
    const { artifactId = "" } = result.artifact ?? {};
    await write(alice, artifactId, "Hello 😀 you");
    await write(alice, artifactId, "Hello 😁 you");
    const updates: StreamArtifactUpdatesResponse["update"][] = [];
    for await (const { update, version } of alice.artifactQueries.streamArtifactUpdates({ artifactId })) {
      if (update.case) updates.push(update);
      if (version === 4n) break;
    }
    expect(updates.map(({ case: name }) => name)).toEqual([
      "artifact",
      "documentDelta",
      "documentDelta",
      "documentDelta",
    ]);
    const edits = updates.flatMap((update) => (update.case === "documentDelta" ? update.value.edits : []));
    expect(edits).toMatchObject([
      { offset: 0n, deleted: 0n, inserted: "Hello" },
      { offset: 5n, deleted: 0n, inserted: " 😀 you" },
      { offset: 6n, deleted: 1n, inserted: "😁" },
    ]);
    const { entries } = await alice.artifactQueries.getArtifactHistory({ artifactId, pageSize: 1 });
    expect(entries[0]).toMatchObject({
      eventType: ArtifactEventType.DOCUMENT_CHANGED,
      details: { size_bytes: "14" },
    });
  });

  it("is refused where there is none, where it is no text, and where edits do not fit", async () => {
    const alice = await server.as();
    const model = await newArtifactOf(alice, { kind: "bpmn::process" });
    expect(await refusalOf(write(alice, model, "x"))).toMatchObject({ reason: "CONTENT_MISSING" });
    const artifactId = await newArtifactOf(alice, { kind: "note" });
    expect(await refusalOf(alice.contentQueries.getDocument({ artifactId }))).toMatchObject({
      reason: "CONTENT_MISSING",
    });
    await write(alice, artifactId, "abc");
    const edit = (offset: bigint, deleted: bigint) =>
      alice.contentCommands.writeDocument({
        artifactId,
        content: { case: "edits", value: { edits: [{ offset, deleted, inserted: "" }] } },
      });
    for (const outside of [edit(4n, 0n), edit(2n, 2n)])
      expect(await refusalOf(outside)).toMatchObject({
        reason: "CONTENT_INVALID",
        metadata: { code: "EDIT_OUTSIDE" },
      });
    const uploadId = await uploaded(alice, new Uint8Array([0xff, 0xfe, 0xfd]), { name: "a.md" });
    expect(await refusalOf(imported(alice, { uploadId, artifactId }))).toMatchObject({
      metadata: { code: "NOT_UTF8" },
    });
  });

  it("imported twice under one request id is imported once, also when the upload is used up", async () => {
    const alice = await server.as();
    const request = {
      uploadId: await uploaded(alice, text("once"), { name: "once.md" }),
      requestId: uuidv7(),
    };
    const first = await imported(alice, request);
    expect(await imported(alice, request)).toEqual(first);
    expect((await alice.artifactQueries.listArtifacts({})).artifacts).toHaveLength(1);
  });
});

describe("an attachment", () => {
  const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

  it("is what its bytes say, is listed, comes back byte for byte, and goes", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice);
    const attach = async (bytes: Uint8Array, name: string) => {
      const uploadId = await uploaded(alice, bytes, { name });
      return (await alice.contentCommands.attachFile({ artifactId, uploadId })).attachment;
    };
    const image = await attach(PNG, "logo.html");
    expect(image).toMatchObject({ name: "logo.html", mediaType: "image/png", sha256: sha256(PNG) });
    expect(await attach(text("<script>"), "page.html")).toMatchObject({ mediaType: "text/plain" });
    const again = await attach(PNG, "again.png");
    const { attachmentId = "" } = image ?? {};
    const viewer = await alice.colleague("viewer");
    expect((await downloaded(viewer, { artifactId, attachmentId })).bytes).toEqual(PNG);
    const names = async () =>
      (await viewer.contentQueries.listAttachments({ artifactId })).attachments.map(({ name }) => name);
    expect(await names()).toEqual(["again.png", "page.html", "logo.html"]);
    await alice.contentCommands.removeAttachment({ artifactId, attachmentId });
    expect(await names()).toEqual(["again.png", "page.html"]);
    expect(await refusalOf(downloaded(viewer, { artifactId, attachmentId }))).toMatchObject({
      reason: "ATTACHMENT_NOT_FOUND",
    });
    expect((await downloaded(viewer, { artifactId, attachmentId: again?.attachmentId ?? "" })).bytes).toEqual(
      PNG,
    );
    const stranger = await server.as();
    expect(await refusalOf(stranger.contentQueries.listAttachments({ artifactId }))).toMatchObject({
      reason: "ARTIFACT_NOT_FOUND",
    });
  });
});

describe("the tenant's own rules", () => {
  it("are refused with every problem, and kept with an etag", async () => {
    const admin = await server.as({ roles: ["admin"] });
    const rule = { name: "named", severity: 2, says: "Everything has a name." };
    const set = (condition: object, etag = "") =>
      admin.contentCommands.setModelRules({ rules: [{ ...rule, condition: condition as never }], etag });
    expect(await refusalOf(set({ all: [{ field: "colour" }, { count: "all", min: -1 }] }))).toMatchObject({
      reason: "CONTENT_INVALID",
      metadata: {
        "rules[0].condition.all[0].field": "is no field",
        "rules[0].condition.all[1].min": "is no whole number",
      },
    });
    const { etag } = await set({ field: "name" });
    const got = await admin.contentQueries.getModelRules({});
    expect(got).toMatchObject({ etag, rules: [{ ...rule, condition: { field: "name" } }] });
    await set({ field: "documentation" }, etag);
    expect(await refusalOf(set({ field: "name" }, etag))).toMatchObject({ reason: "VERSION_MISMATCH" });
    const editor = await admin.colleague("editor");
    expect(await refusalOf(editor.contentCommands.setModelRules({}))).toMatchObject({
      reason: "SCOPE_MISSING",
    });
  });
});

it("the kinds say what they hold, and what they are also called", async () => {
  const { kinds } = await (await server.as()).contentQueries.listArtifactKinds({});
  expect(kinds.map(({ kind }) => kind)).toEqual(kinds.map(({ kind }) => kind).toSorted());
  expect(kinds.find(({ kind }) => kind === "common::document")).toMatchObject({
    form: ContentForm.DOCUMENT,
    aliases: ["document", "markdown", "text"],
    extensions: [".md", ".txt"],
  });
  expect(kinds.find(({ kind }) => kind === "uml::class")).toMatchObject({
    form: ContentForm.MODEL,
    notation: "uml",
  });
});

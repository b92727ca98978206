import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { objectStoreContract } from "../../testing/contracts/object-store.ts";
import { startS3Server, type S3Server } from "../../testing/s3-server.ts";
import { createDirectoryObjectStore } from "./directory-object-store.ts";
import { createInProcessObjectStore } from "./in-process-object-store.ts";
import { s3PlaceOf } from "./open-object-store.ts";
import { createS3ObjectStore } from "./s3-object-store.ts";

describe("in this process", () => {
  const store = createInProcessObjectStore();
  objectStoreContract(() => store);
});

describe("in a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "ameide-objects-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  objectStoreContract(() => createDirectoryObjectStore(folder));

  it("keeps what is put while the last of its folder is deleted, and no empty folders", async () => {
    const store = createDirectoryObjectStore(folder);
    for (let i = 0; i < 20; i++) {
      await store.put("busy/old", new Uint8Array([1]));
      await Promise.all([store.delete("busy/old"), store.put("busy/new", new Uint8Array([i]))]);
      expect([...((await store.get("busy/new")) ?? [])]).toEqual([i]);
      await store.delete("busy/new");
    }
    expect(readdirSync(folder)).not.toContain("busy");
  });

  it("leaves nothing half written behind, and is one store for several processes", async () => {
    const [one, two] = [createDirectoryObjectStore(folder), createDirectoryObjectStore(folder)];
    await one.put("t/x", new Uint8Array([7]));
    expect([...((await two.get("t/x")) ?? [])]).toEqual([7]);
    expect(readdirSync(join(folder, "t"))).toEqual(["x"]);
  });
});

describe("in a bucket", () => {
  let server: S3Server;
  beforeAll(async () => {
    server = await startS3Server();
  });
  afterAll(() => server.close());
  objectStoreContract(() => createS3ObjectStore(server.place));

  it("signs what it sends, so that nobody without the secret gets anything", async () => {
    const stranger = createS3ObjectStore({ ...server.place, secretAccessKey: "another" });
    await createS3ObjectStore(server.place).put("t/x", new Uint8Array([7]));
    expect(server.objects.has("ameide/t/x")).toBe(true);
    await expect(stranger.get("t/x")).rejects.toThrow("403");
    await expect(stranger.put("t/y", new Uint8Array([1]))).rejects.toThrow("SignatureDoesNotMatch");
  });

  it("tries again when the service is busy, and says so when the bucket is not there", async () => {
    server.failing.next = 2;
    const store = createS3ObjectStore(server.place);
    await store.put("t/busy", new Uint8Array([1]));
    expect(await store.size("t/busy")).toBe(1);
    await expect(createS3ObjectStore({ ...server.place, bucket: "none" }).get("t/x")).rejects.toThrow(
      "NoSuchBucket",
    );
  });

  it("is named by an address", () => {
    const keys = { OBJECT_STORE_ACCESS_KEY_ID: "id", OBJECT_STORE_SECRET_ACCESS_KEY: "secret" };
    expect(s3PlaceOf("s3://models/a/b?endpoint=https://s3.example&region=eu-1", keys)).toEqual({
      endpoint: "https://s3.example",
      bucket: "models",
      prefix: "a/b/",
      region: "eu-1",
      accessKeyId: "id",
      secretAccessKey: "secret",
    });
    expect(() => s3PlaceOf("s3://models", keys)).toThrow("endpoint=");
    expect(() =>
      s3PlaceOf("s3://models?endpoint=https://s3.example", {
        OBJECT_STORE_ACCESS_KEY_ID: "id",
        OBJECT_STORE_SECRET_ACCESS_KEY: undefined,
      }),
    ).toThrow("OBJECT_STORE_SECRET_ACCESS_KEY");
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawConnection } from "../testing/raw-http.ts";
import { startStubGateway, type StubGateway } from "../testing/stub-gateway.ts";
import { createWebApp } from "./web-app.ts";

let root: string;
let gateway: StubGateway;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "web-app-"));
  const dist = join(root, "dist");
  mkdirSync(join(dist, "assets"), { recursive: true });
  writeFileSync(join(dist, "index.html"), "<title>Ameide</title>");
  writeFileSync(join(dist, "assets", "main-1a2b.js"), "export {};");
  writeFileSync(join(root, "secret.txt"), "secret");
  gateway = await startStubGateway({}, { webApp: createWebApp(dist) });
});
afterAll(async () => {
  await gateway.close();
  rmSync(root, { recursive: true });
});

const get = (path: string, init?: RequestInit) => fetch(`${gateway.baseUrl}${path}`, init);

describe("the web app", () => {
  it.each(["/", "/threads", "/threads/0199aa00-0000-7000-8000-00000000acde", "/artifact/1?tab=2"])(
    "answers %s with its page, which may load nothing from elsewhere and be framed by nobody",
    async (path) => {
      const response = await get(path);
      expect([response.status, await response.text()]).toEqual([200, "<title>Ameide</title>"]);
      const policy = response.headers.get("content-security-policy");
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline|\*/);
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      expect(response.headers.get("cache-control")).toBe("no-cache");
    },
  );

  it("serves what is named by its content for ever", async () => {
    const response = await get("/assets/main-1a2b.js");
    expect(response.headers.get("content-type")).toContain("javascript");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("does not answer a missing file with a page", async () => {
    const response = await get("/assets/gone.js");
    expect(response.status).toBe(404);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("cache-control")).toBeNull();
  });

  it.each([
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/..%5csecret.txt",
    "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
    "//secret.txt",
    "/%00",
    "/%",
    "/%c0%ae%c0%ae/secret.txt",
    "http://127.0.0.1/../secret.txt",
    "*",
  ])("does not leave its folder for %s", async (path) => {
    const connection = await rawConnection(gateway.port);
    connection.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const answer = await connection.closed;
    expect(answer).toMatch(/^HTTP\/1.1 (200|400|404)/);
    expect(answer).not.toMatch(/secret$/);
    expect((await get("/")).status).toBe(200);
  });

  it("only reads", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      const response = await get("/", { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
    expect((await get("/", { method: "HEAD" })).status).toBe(200);
  });

  it("says how to build it when it is not built", async () => {
    const empty = await startStubGateway({}, { webApp: createWebApp(join(root, "nothing")) });
    const response = await fetch(`${empty.baseUrl}/threads/1`);
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "text/plain"]);
    expect(await response.text()).toContain("not built");
    await empty.close();
  });
});

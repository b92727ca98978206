import { request } from "node:http";
import { connect as http2Connect } from "node:http2";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTokenVerifier } from "../../platform/auth/verify-token.ts";
import { startStubGateway, type StubGateway } from "../../testing/stub-gateway.ts";
import { createDevIssuer, type DevIssuer } from "./dev-issuer.ts";
import { PEOPLE } from "./people.ts";

let issuer: DevIssuer;
let gateway: StubGateway;
beforeAll(async () => {
  issuer = await createDevIssuer();
  gateway = await startStubGateway({}, { devIssuer: issuer, verify: createTokenVerifier([issuer]) });
});
afterAll(() => gateway.close());

/** An address of this machine that is not its own loopback. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;
const JSON_TYPE = { "content-type": "application/json" };
const post = (body: string | ReadableStream, headers: Record<string, string> = JSON_TYPE) =>
  fetch(`${gateway.baseUrl}/dev/token`, { method: "POST", headers, body, duplex: "half" } as RequestInit);

/** With any Host header, which `fetch` does not allow. */
function statusFor(host: string, path = "/dev/people"): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: gateway.port, host: "127.0.0.1", path, headers: { host } }, (res) => {
      res.resume();
      resolve(res.statusCode);
    });
    sent.on("error", reject).end();
  });
}

describe("the development issuer", () => {
  it("names its people, and signs any of them in", async () => {
    const people = (await (await fetch(`${gateway.baseUrl}/dev/people`)).json()) as { id: string }[];
    expect(people.map(({ id }) => id)).toEqual(["alice", "bob", "ada", "carol"]);
    const verify = createTokenVerifier([issuer]);
    for (const { id, tenant, roles, teams } of PEOPLE) {
      const response = await post(JSON.stringify({ person: id }));
      expect(response.headers.get("cache-control")).toBe("no-store");
      const grant = (await response.json()) as { access_token: string };
      expect(grant).toMatchObject({ token_type: "Bearer", expires_in: 3600, person: { id } });
      const identity = await verify(grant.access_token);
      expect(identity).toEqual({ userId: id, tenantId: tenant.id, roles, teams });
    }
  });

  it("gives a shell the bare token", async () => {
    const response = await post('{"person":"alice"}', { ...JSON_TYPE, accept: "text/plain" });
    expect(await response.text()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  it.each([
    ["no JSON", "{", JSON_TYPE],
    ["nobody", "{}", JSON_TYPE],
    ["somebody else", '{"person":"mallory"}', JSON_TYPE],
    ["no object", '"alice"', JSON_TYPE],
    // A form or plain text may be sent by any page without asking first.
    ["a form", "person=alice", { "content-type": "application/x-www-form-urlencoded" }],
    ["plain text", '{"person":"alice"}', { "content-type": "text/plain" }],
    ["a longer body than a name needs", `{"person":"alice","x":"${"x".repeat(200_000)}"}`, JSON_TYPE],
  ])("refuses %s", async (_name, body, headers) => {
    const response = await post(body, headers);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.stringContaining("alice") });
  });

  it("refuses a name that was made to point here", async () => {
    for (const host of [
      "evil.example",
      "evil.example:8080",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "10.0.0.1",
    ])
      expect([host, await statusFor(host)]).toEqual([host, 403]);
    for (const host of ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080"])
      expect([host, await statusFor(host)]).toEqual([host, 200]);
    const session = http2Connect(gateway.baseUrl);
    const stream = session.request({ ":path": "/dev/people", ":authority": "evil.example" });
    const status = await new Promise((resolve) => {
      stream.once("response", (headers) => resolve(headers[":status"]));
    });
    session.destroy();
    expect(status).toBe(403);
  });

  it.skipIf(outside === undefined)("answers nobody who comes over the network", async () => {
    const given = { devIssuer: issuer, listen: { host: "0.0.0.0" } };
    const open = await startStubGateway({}, given);
    const response = await fetch(`http://${outside}:${open.port}/dev/people`);
    expect(response.status).toBe(403);
    const forged = request({
      port: open.port,
      host: outside,
      path: "/dev/people",
      headers: { host: "localhost" },
    });
    const status = await new Promise((resolve) => {
      forged.once("response", (res) => resolve(res.resume().statusCode)).end();
    });
    expect(status).toBe(403);
    await open.close();
  });

  it("has two addresses and no more", async () => {
    for (const path of ["/dev/", "/dev/keys", "/dev/token", "/dev/token/alice"])
      expect((await fetch(`${gateway.baseUrl}${path}`)).status).toBe(404);
    expect((await fetch(`${gateway.baseUrl}/dev/people`, { method: "POST" })).status).toBe(404);
  });

  it("is not there when an issuer is configured", async () => {
    const configured = await startStubGateway({});
    for (const path of ["/dev/people", "/dev/token"])
      expect((await fetch(`${configured.baseUrl}${path}`)).status).toBe(404);
    await configured.close();
  });

  it("keeps its key, readable by its owner only, so that tokens outlive a restart", async () => {
    const folder = mkdtempSync(join(tmpdir(), "dev-issuer-"));
    const [alice] = PEOPLE;
    if (!alice) throw new Error("nobody is there");
    const token = await (await createDevIssuer({ dataDir: folder })).sign(alice);
    expect(statSync(join(folder, "dev-issuer-key.json")).mode & 0o077).toBe(0);
    const restarted = createTokenVerifier([await createDevIssuer({ dataDir: folder })]);
    expect(await restarted(token)).toMatchObject({ userId: "alice" });
    const elsewhere = createTokenVerifier([await createDevIssuer()]);
    await expect(elsewhere(token)).rejects.toMatchObject({ reason: "UNAUTHENTICATED" });
    rmSync(folder, { recursive: true });
  });

  it("of servers with one secret is one issuer, of another secret another", async () => {
    const secret = Buffer.from("one secret for all servers, 32 or more");
    const [alice] = PEOPLE;
    if (!alice) throw new Error("nobody is there");
    const token = await (await createDevIssuer({ secret })).sign(alice);
    const neighbour = createTokenVerifier([await createDevIssuer({ secret })]);
    expect(await neighbour(token)).toMatchObject({ userId: "alice" });
    const stranger = createTokenVerifier([await createDevIssuer({ secret: Buffer.alloc(32) })]);
    await expect(stranger(token)).rejects.toMatchObject({ reason: "UNAUTHENTICATED" });
  });
});

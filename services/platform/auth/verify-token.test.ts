import { v7 as uuidv7 } from "uuid";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { jwtAttacks } from "../../testing/jwt-attacks.ts";
import { startTokenIssuer, type TokenIssuer, type TokenSubject } from "../../testing/token-issuer.ts";
import { AppError } from "../errors/app-error.ts";
import { createTokenVerifier, remoteIssuer } from "./verify-token.ts";

let issuer: TokenIssuer;
beforeAll(async () => {
  issuer = await startTokenIssuer();
});
afterAll(() => issuer.close());
afterEach(() => {
  vi.useRealTimers();
});

const subject = (): TokenSubject => ({
  tenantId: uuidv7(),
  userId: "alice",
  roles: ["editor"],
  teams: ["red"],
});
const verifier = (jwksUri: string | undefined = issuer.jwksUri) =>
  createTokenVerifier([remoteIssuer({ issuer: issuer.issuer, jwks_uri: jwksUri })]);
const refusal = { reason: "UNAUTHENTICATED", message: "sign in: this call needs a valid access token" };
const at = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + milliseconds });
};

// Seen to fail when a token's type is not looked at.
it("every forged, misused or broken token is refused in the very same words", async () => {
  const verify = verifier();
  const attacks = await jwtAttacks(issuer, subject());
  const outcomes = Object.entries(attacks).map(async ([name, token]) => {
    const error: unknown = await verify(token).catch((thrown: unknown) => thrown);
    return error instanceof AppError ? [name, error.reason, error.message] : [name, error];
  });
  const expected = Object.keys(attacks).map((name) => [name, refusal.reason, refusal.message]);
  expect(await Promise.all(outcomes)).toEqual(expected);
  expect(expected.length).toBeGreaterThan(50);
});

describe("a good token", () => {
  it("says who calls", async () => {
    const alice = subject();
    const { userId, tenantId, roles, teams } = alice;
    expect(await verifier()(await issuer.sign(alice))).toEqual({ userId, tenantId, roles, teams });
  });

  it("grants only roles that there are, and its tenant is one however it is written", async () => {
    const alice = subject();
    const claims = { roles: ["admin2", 7, "viewer"], tenant_id: alice.tenantId.toUpperCase(), teams: "red" };
    const { roles, tenantId, teams } = await verifier()(await issuer.sign(alice, claims));
    expect([roles, tenantId, teams]).toEqual([["viewer"], alice.tenantId, []]);
  });

  it.each(["JWT", "jwt", "at+jwt", "application/at+jwt"])("may be of type %s", async (typ) => {
    expect(await verifier()(await issuer.sign(subject(), {}, { typ }))).toMatchObject({ userId: "alice" });
  });

  it("stops being one when it expires, also when it was seen before", async () => {
    const verify = verifier();
    const now = Math.floor(Date.now() / 1000);
    const token = await issuer.sign(subject(), { exp: now + 10 });
    await verify(token);
    at(20_000);
    await expect(verify(token)).rejects.toMatchObject(refusal);
  });
});

describe("the issuer's keys", () => {
  it("are fetched once, also for many calls at once", async () => {
    const verify = verifier();
    const before = issuer.fetches();
    await Promise.all(Array.from({ length: 20 }, async () => verify(await issuer.sign(subject()))));
    expect(issuer.fetches() - before).toBe(1);
  });

  it("are fetched again when a token names a new one, but not at every stranger's wish", async () => {
    const verify = verifier();
    const old = await issuer.sign(subject());
    await verify(old);
    await issuer.rotate();
    at(31_000);
    const before = issuer.fetches();
    expect(await verify(await issuer.sign(subject()))).toMatchObject({ userId: "alice" });
    expect(issuer.fetches() - before).toBe(1);
    for (let tries = 0; tries < 10; tries += 1) {
      const stranger = await issuer.sign(subject(), {}, { kid: `no-${tries}` });
      await expect(verify(stranger)).rejects.toMatchObject(refusal);
    }
    expect(issuer.fetches() - before).toBe(1);
    // What the withdrawn key has signed is looked at again after a minute.
    vi.useRealTimers();
    at(62_000);
    await expect(verify(old)).rejects.toMatchObject(refusal);
  });

  it("are found through the discovery document", async () => {
    const verify = createTokenVerifier([remoteIssuer({ issuer: issuer.issuer })]);
    expect(await verify(await issuer.sign(subject()))).toMatchObject({ userId: "alice" });
  });

  it("that cannot be fetched make no token a bad one, and are looked for again", async () => {
    const unavailable = { reason: "UNAVAILABLE" };
    for (const jwksUri of [undefined, issuer.jwksUri]) {
      const verify = createTokenVerifier([remoteIssuer({ issuer: issuer.issuer, jwks_uri: jwksUri })]);
      const token = await issuer.sign(subject());
      const fetching = vi.spyOn(globalThis, "fetch");
      fetching.mockRejectedValueOnce(new TypeError("fetch failed"));
      await expect(verify(token)).rejects.toMatchObject(unavailable);
      fetching.mockResolvedValueOnce(new Response("out of order", { status: 503 }));
      await expect(verify(token)).rejects.toMatchObject(unavailable);
      expect(await verify(token)).toMatchObject({ userId: "alice" });
      fetching.mockRestore();
    }
  });

  it("of another issuer's discovery document are none", async () => {
    const verify = createTokenVerifier([remoteIssuer({ issuer: issuer.issuer })]);
    const document = { issuer: "https://evil.example", jwks_uri: "https://evil.example/jwks" };
    const fetching = vi.spyOn(globalThis, "fetch").mockResolvedValueOnce(Response.json(document));
    await expect(verify(await issuer.sign(subject()))).rejects.toMatchObject({ reason: "UNAVAILABLE" });
    expect(fetching).toHaveBeenCalledTimes(1);
    fetching.mockRestore();
  });
});

import { Code } from "@connectrpc/connect";
import { beforeEach, describe, expect, it, vi } from "vitest";

const person = { id: "alice", name: "Alice", role: "editor", title: "", tenant: "Acme" };
let issued = 0;

function storage() {
  const items = new Map<string, string>();
  return Object.assign(
    Object.create({
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    }) as Storage,
  );
}

const issue = () => Promise.resolve(Response.json({ access_token: `t${++issued}`, person }));

async function freshTab() {
  vi.resetModules();
  vi.stubGlobal("sessionStorage", storage());
  vi.stubGlobal("addEventListener", () => undefined);
  return import("./session.ts");
}

describe("session", () => {
  beforeEach(() => {
    issued = 0;
    vi.stubGlobal("localStorage", storage());
    vi.stubGlobal("fetch", vi.fn(issue));
  });

  it("asks for a sign-in at first", async () => {
    const tab = await freshTab();
    await tab.startSession();
    expect(tab.session()).toEqual({ state: "signed-out", expired: false });
  });

  it("signs a second tab in as the same person, with a token of its own", async () => {
    const first = await freshTab();
    await first.signInAs("alice");
    const second = await freshTab();
    await second.startSession();
    expect(second.session()).toMatchObject({ state: "signed-in", token: "t2", person });
  });

  it("renews a refused token once for all callers", async () => {
    const tab = await freshTab();
    await tab.signInAs("alice");
    expect(await Promise.all([tab.currentToken("t1"), tab.currentToken("t1")])).toEqual(["t2", "t2"]);
    expect(await tab.currentToken("t1")).toBe("t2");
  });

  it("stays signed in when the network is gone", async () => {
    const tab = await freshTab();
    await tab.signInAs("alice");
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    await expect(tab.currentToken("t1")).rejects.toMatchObject({ code: Code.Unavailable });
    expect(tab.session().state).toBe("signed-in");
  });

  it("refuses to go on with a pasted token that has expired", async () => {
    const tab = await freshTab();
    tab.signInWithToken(`h.${btoa(JSON.stringify({ sub: "bob" }))}.s`);
    const { token } = tab.session() as { token: string };
    await expect(tab.currentToken(token)).rejects.toMatchObject({ code: Code.Unauthenticated });
    tab.expireSession();
    expect(tab.session()).toEqual({ state: "signed-out", expired: true });
  });

  it("does not remember anybody who has signed out", async () => {
    const first = await freshTab();
    await first.signInAs("alice");
    first.signOut();
    const second = await freshTab();
    await second.startSession();
    expect(second.session().state).toBe("signed-out");
  });
});

import { describe, expect, it } from "vitest";
import { readClaims } from "./token-claims.ts";

function token(claims: object): string {
  return `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;
}

describe("token claims", () => {
  it("names the person, also beyond ASCII", () => {
    const person = readClaims(token({ sub: "z", name: "Zoë Łuk", roles: ["editor"], tenant_id: "acme" }));
    expect(person).toEqual({ id: "z", name: "Zoë Łuk", role: "editor", title: "", tenant: "acme" });
  });

  it("falls back to the subject", () => {
    expect(readClaims(token({ sub: "robot" })).name).toBe("robot");
  });

  it.each(["", "nonsense", "a.b.c", token({})])("refuses %j", (value) => {
    expect(() => readClaims(value)).toThrow("no access token");
  });
});

import { createHmac, generateKeyPairSync, sign as signWith } from "node:crypto";
import type { JWTPayload } from "jose";
import type { TokenIssuer, TokenSubject } from "./token-issuer.ts";

const part = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Forged and broken tokens, by name. Every one must be refused, and every one in the same words. */
export async function jwtAttacks(
  issuer: TokenIssuer,
  subject: TokenSubject,
): Promise<Record<string, string>> {
  const { jwk, pem } = await issuer.publicKey();
  const good = await issuer.sign(subject);
  return {
    ...forged(issuer.claimsOf(subject), pem, JSON.stringify(jwk), String(jwk.kid)),
    ...(await misused(issuer, subject)),
    ...broken(good),
  };
}

/** Signed with something that is not the issuer's key. */
function forged(claims: JWTPayload, pem: string, jwkText: string, kid: string): Record<string, string> {
  const hmac = (key: string, alg = "HS256") => {
    const input = `${part({ alg, typ: "JWT", kid })}.${part(claims)}`;
    return `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`;
  };
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ownJwk = publicKey.export({ format: "jwk" });
  const own = (header: object) => {
    const input = `${part({ alg: "ES256", typ: "JWT", ...header })}.${part(claims)}`;
    const signature = signWith("sha256", Buffer.from(input), { key: privateKey, dsaEncoding: "ieee-p1363" });
    return `${input}.${signature.toString("base64url")}`;
  };
  const none = (alg: string) => `${part({ alg, typ: "JWT", kid })}.${part(claims)}.`;
  return {
    "alg none": none("none"),
    "alg None": none("None"),
    "alg empty": none(""),
    "no alg": `${part({ typ: "JWT", kid })}.${part(claims)}.`,
    "HS256 keyed with the public key as PEM": hmac(pem),
    "HS256 keyed with the public key as trimmed PEM": hmac(pem.trim()),
    "HS256 keyed with the public key as JWK": hmac(jwkText),
    "HS256 keyed with nothing": hmac(""),
    "HS256 called ES256": hmac(pem, "ES256"),
    "another key under the known kid": own({ kid }),
    "another key without kid": own({}),
    "another key under an unknown kid": own({ kid: "unknown" }),
    "embedded jwk": own({ kid, jwk: ownJwk }),
    jku: own({ kid, jku: "https://evil.example/jwks" }),
    x5u: own({ kid, x5u: "https://evil.example/cert" }),
    x5c: own({ kid, x5c: ["AAAA"] }),
    "kid that is a path": own({ kid: "../../etc/passwd" }),
    "empty signature": `${part({ alg: "ES256", typ: "JWT", kid })}.${part(claims)}.`,
    "signature of zeros": `${part({ alg: "ES256", typ: "JWT", kid })}.${part(claims)}.${Buffer.alloc(64).toString("base64url")}`,
  };
}

/** Well signed by the issuer, but not an access token for us. */
async function misused(issuer: TokenIssuer, subject: TokenSubject): Promise<Record<string, string>> {
  const now = Math.floor(Date.now() / 1000);
  const claims: Record<string, JWTPayload> = {
    "wrong iss": { iss: "https://evil.example" },
    "iss with a slash more": { iss: `${issuer.issuer}/` },
    "wrong aud": { aud: "another" },
    "no matching aud": { aud: ["another", "AMEIDE"] },
    "exp in the past": { exp: now - 30 },
    "exp as text": { exp: "tomorrow" as unknown as number },
    "nbf in the future": { nbf: now + 60 },
    "tenant_id not a UUID": { tenant_id: "acme" },
    "tenant_id a list": { tenant_id: [subject.tenantId] },
    "roles a text": { roles: "admin" },
    "roles an object": { roles: { admin: true } },
    "empty sub": { sub: "" },
    "endless sub": { sub: "x".repeat(256) },
    "sub with a NUL": { sub: "a\0b" },
    oversize: { padding: "x".repeat(9000) },
  };
  for (const claim of ["iss", "aud", "exp", "iat", "sub", "jti", "tenant_id", "roles"])
    claims[`no ${claim}`] = { [claim]: undefined };
  const headers = { "wrong typ": { typ: "logout+jwt" }, "no typ": { typ: undefined } };
  const signed = Object.entries(claims).map(async ([name, claim]) => [
    name,
    await issuer.sign(subject, claim),
  ]);
  const odd = Object.entries(headers).map(async ([name, header]) => [
    name,
    await issuer.sign(subject, {}, header as { typ: string }),
  ]);
  return Object.fromEntries(await Promise.all([...signed, ...odd])) as Record<string, string>;
}

/** A good token with something done to it. */
function broken(good: string): Record<string, string> {
  const [header = "", payload = "", signature = ""] = good.split(".");
  const critical = JSON.parse(Buffer.from(header, "base64url").toString()) as object;
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as object;
  return {
    "unknown crit": `${part({ ...critical, crit: ["urgency"], urgency: 1 })}.${payload}.${signature}`,
    "b64 false": `${part({ ...critical, crit: ["b64"], b64: false })}.${payload}.${signature}`,
    "another sub under the old signature": `${header}.${part({ ...claims, sub: "root" })}.${signature}`,
    truncated: good.slice(0, -20),
    "without signature": `${header}.${payload}`,
    "one part more": `${good}.${signature}`,
    "two dots only": "..",
    "one dot only": ".",
    garbage: "garbage",
    "JSON that is no object": `${part("7")}.${part("[]")}.${signature}`,
    "header that is no JSON": `${part("{")}.${payload}.${signature}`,
    "very long": "a.".repeat(6000),
  };
}

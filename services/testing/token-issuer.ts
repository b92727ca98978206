import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWK, type JWTPayload } from "jose";
import type { JWTHeaderParameters } from "jose";
import { v7 as uuidv7 } from "uuid";
import type { Role } from "../platform/auth/scopes.ts";

/** Who a test token speaks for. */
export interface TokenSubject {
  tenantId: string;
  userId: string;
  roles: readonly Role[];
  teams?: readonly string[];
}

/** An OIDC issuer on loopback whose keys the server under test fetches over HTTP, as it does in production. */
export interface TokenIssuer {
  issuer: string;
  jwksUri: string;
  /** `claims` and `header` override, `undefined` removes. */
  sign(subject: TokenSubject, claims?: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
  /** What a good token of the subject holds. */
  claimsOf(subject: TokenSubject): JWTPayload;
  /** The public key that signs now, as everybody may fetch it. */
  publicKey(): Promise<{ jwk: JWK; pem: string }>;
  /** Signs with a new key from now on and publishes it alone. */
  rotate(): Promise<void>;
  /** How often the keys were fetched. */
  fetches(): number;
  close(): Promise<void>;
}

async function newKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), alg: "ES256", kid, use: "sig" };
  return { kid, privateKey, publicKey, jwk };
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  let key = await newKey("test");
  let fetches = 0;
  const server = createServer((req, res) => {
    const discovery = req.url === "/.well-known/openid-configuration";
    if (!discovery) fetches += 1;
    const body = discovery ? { issuer, jwks_uri: `${issuer}/jwks` } : { keys: [key.jwk] };
    res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const claimsOf = ({ tenantId, userId, roles, teams = [] }: TokenSubject): JWTPayload => {
    const now = Math.floor(Date.now() / 1000);
    const usual = { iss: issuer, aud: "ameide", sub: userId, jti: uuidv7(), iat: now, exp: now + 3600 };
    return { ...usual, tenant_id: tenantId, roles: [...roles], teams: [...teams] };
  };
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    claimsOf,
    sign: (subject, claims = {}, header = {}) =>
      new SignJWT({ ...claimsOf(subject), ...claims })
        .setProtectedHeader({ alg: "ES256", typ: "JWT", kid: key.kid, ...header })
        .sign(key.privateKey),
    publicKey: async () => ({ jwk: key.jwk, pem: await exportSPKI(key.publicKey) }),
    rotate: async () => {
      key = await newKey(uuidv7());
    },
    fetches: () => fetches,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

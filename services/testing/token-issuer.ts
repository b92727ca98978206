import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from "jose";
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
  /** `claims` override, `undefined` removes. */
  sign(subject: TokenSubject, claims?: JWTPayload): Promise<string>;
  close(): Promise<void>;
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: "ES256", kid: "test", use: "sig" }] };
  const server = createServer((_req, res) => {
    res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(jwks));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    sign({ tenantId, userId, roles, teams = [] }, claims = {}) {
      const now = Math.floor(Date.now() / 1000);
      const usual = { iss: issuer, aud: "ameide", sub: userId, jti: uuidv7(), iat: now, exp: now + 3600 };
      return new SignJWT({ ...usual, tenant_id: tenantId, roles: [...roles], teams: [...teams], ...claims })
        .setProtectedHeader({ alg: "ES256", typ: "JWT", kid: "test" })
        .sign(privateKey);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

import { createPrivateKey, hkdfSync } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from "jose";
import { v7 as uuidv7 } from "uuid";
import { writeSecretFile } from "../../platform/config/data-dir.ts";
import type { TrustedIssuer } from "../../platform/auth/verify-token.ts";
import type { Person } from "./people.ts";

const ISSUER = "urn:ameide:development";
const ALGORITHM = "EdDSA";
const LIFETIME_SECONDS = 3600;

/** Signs tokens for the built-in people. For one's own machine: it asks for no password. */
export interface DevIssuer extends TrustedIssuer {
  lifetimeSeconds: number;
  sign(person: Person): Promise<string>;
}

/** Where the key comes from: the servers' common secret, a folder that keeps it, or else it is new each time. */
export interface DevKeySource {
  secret?: Uint8Array | undefined;
  dataDir?: string | undefined;
}

/** Tokens outlive a restart, and all servers with one secret take each other's. */
export async function createDevIssuer({ secret, dataDir }: DevKeySource = {}): Promise<DevIssuer> {
  const jwk = secret
    ? keyFrom(secret)
    : await loadOrCreateKey(dataDir && join(dataDir, "dev-issuer-key.json"));
  const key = await importJWK(jwk, ALGORITHM);
  const { d: _private, ...publicJwk } = jwk;
  return {
    issuer: ISSUER,
    keys: createLocalJWKSet({ keys: [{ ...publicJwk, alg: ALGORITHM }] }),
    lifetimeSeconds: LIFETIME_SECONDS,
    sign: (person) =>
      new SignJWT({
        tenant_id: person.tenant.id,
        roles: [...person.roles],
        teams: [...person.teams],
        name: person.name,
      })
        .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
        .setIssuer(ISSUER)
        .setAudience("ameide")
        .setSubject(person.id)
        .setJti(uuidv7())
        .setIssuedAt()
        .setExpirationTime(`${LIFETIME_SECONDS}s`)
        .sign(key),
  };
}

/** What stands before the 32 bytes of an Ed25519 key in PKCS #8. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

function keyFrom(secret: Uint8Array): JWK {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", ISSUER, 32));
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
  return key.export({ format: "jwk" }) as JWK;
}

async function loadOrCreateKey(file: string | undefined): Promise<JWK> {
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as JWK;
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  if (file) writeSecretFile(file, JSON.stringify(jwk));
  return jwk;
}

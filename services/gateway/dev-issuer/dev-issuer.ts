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

/** The key is kept in the data folder, so that tokens outlive a restart. */
export async function createDevIssuer(dataDir: string | undefined): Promise<DevIssuer> {
  const jwk = await loadOrCreateKey(dataDir && join(dataDir, "dev-issuer-key.json"));
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

async function loadOrCreateKey(file: string | undefined): Promise<JWK> {
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as JWK;
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  if (file) writeSecretFile(file, JSON.stringify(jwk));
  return jwk;
}

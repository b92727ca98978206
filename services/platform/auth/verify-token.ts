import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from "jose";
import { validate as isUuid } from "uuid";
import { z } from "zod";
import { AppError } from "../errors/app-error.ts";
import type { IssuerConfig } from "../config/config.ts";
import type { Actor } from "./actor.ts";
import { isRole } from "./scopes.ts";

/** Who a token speaks for. */
export type Identity = Omit<Actor, "traceId">;

/**
 * Resolves to who the bearer is; throws the one UNAUTHENTICATED for everything that is not a good token, and
 * UNAVAILABLE while that cannot be known.
 */
export type VerifyToken = (token: string) => Promise<Identity>;

export interface TrustedIssuer {
  /** The exact `iss`. */
  issuer: string;
  keys: JWTVerifyGetKey;
}

const AUDIENCE = "ameide";
/** Asymmetric only: with a symmetric one, a public key could be taken for a shared secret. */
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
const TYPES = new Set(["jwt", "at+jwt", "application/at+jwt"]);
/** Users and teams are stored and compared by name: no control characters, which PostgreSQL would refuse later. */
const NAME = /^[^\p{Cc}]{1,255}$/u;
const MAX_TOKEN_LENGTH = 8192;
const MAX_CACHED = 5000;
/** How long a token is trusted without looking at the issuer's keys again: a withdrawn key counts that much later. */
const CACHED_MILLISECONDS = 60_000;
const DISCOVERY_MILLISECONDS = 5000;

export const unauthenticated = (cause?: unknown): AppError =>
  new AppError("UNAUTHENTICATED", "sign in: this call needs a valid access token", { cause });

export function createTokenVerifier(issuers: readonly TrustedIssuer[]): VerifyToken {
  const keysOf = new Map(issuers.map(({ issuer, keys }) => [issuer, keys]));
  const verified = new Map<string, { identity: Identity; expires: number }>();
  return async (token) => {
    const known = verified.get(token);
    if (known && known.expires > Date.now()) return known.identity;
    verified.delete(token);
    try {
      const payload = await verify(token, keysOf);
      const identity = identityOf(payload);
      if (verified.size >= MAX_CACHED) verified.clear();
      const expires = Math.min((payload.exp ?? 0) * 1000, Date.now() + CACHED_MILLISECONDS);
      verified.set(token, { identity, expires });
      return identity;
    } catch (error) {
      throw error instanceof AppError ? error : unauthenticated(error);
    }
  };
}

async function verify(token: string, keysOf: ReadonlyMap<string, JWTVerifyGetKey>): Promise<JWTPayload> {
  if (token.length > MAX_TOKEN_LENGTH) throw new Error("the token is too long");
  const header = decodeProtectedHeader(token);
  // Nobody but the configured issuer says where its keys are.
  if ("jwk" in header || "jku" in header || "x5u" in header || "x5c" in header)
    throw new Error("the token brings a key");
  if (!TYPES.has(String(header.typ).toLowerCase())) throw new Error("not an access token");
  const { iss = "" } = decodeJwt(token);
  const keys = keysOf.get(iss);
  if (!keys) throw new Error("an unknown issuer");
  const { payload } = await jwtVerify(token, keys, {
    issuer: iss,
    audience: AUDIENCE,
    algorithms: ALGORITHMS,
    requiredClaims: ["exp", "iat", "sub", "jti", "tenant_id", "roles"],
    clockTolerance: 5,
  });
  return payload;
}

function identityOf({ sub, tenant_id: tenantId, roles, teams }: JWTPayload): Identity {
  if (typeof sub !== "string" || !NAME.test(sub)) throw new Error("no usable sub");
  if (typeof tenantId !== "string" || !isUuid(tenantId)) throw new Error("no usable tenant_id");
  if (!Array.isArray(roles)) throw new Error("roles is not a list");
  const teamNames = Array.isArray(teams)
    ? teams.filter((team) => typeof team === "string" && NAME.test(team))
    : [];
  return { userId: sub, tenantId: tenantId.toLowerCase(), roles: roles.filter(isRole), teams: teamNames };
}

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** What a token can make of good keys; everything else is the issuer's trouble. */
const FAULTS_OF_TOKENS = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];

/** An issuer whose keys are fetched when they are first needed, and again when they rotate. */
export function remoteIssuer({ issuer, jwks_uri: jwksUri }: IssuerConfig): TrustedIssuer {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const load = async () => createRemoteJWKSet(new URL(jwksUri ?? (await discoverKeys(issuer))));
  return {
    issuer,
    keys: async (header, token) => {
      try {
        keys ??= load().catch((error: unknown) => {
          keys = undefined;
          throw error;
        });
        return await (
          await keys
        )(header, token);
      } catch (error) {
        if (FAULTS_OF_TOKENS.some((Fault) => error instanceof Fault)) throw error;
        throw new AppError("UNAVAILABLE", "the keys of the token's issuer cannot be fetched; try again", {
          cause: error,
        });
      }
    },
  };
}

async function discoverKeys(issuer: string): Promise<string> {
  const response = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`, {
    redirect: "error",
    signal: AbortSignal.timeout(DISCOVERY_MILLISECONDS),
  });
  const { issuer: named, jwks_uri: jwksUri } = discovery.parse(await response.json());
  if (named !== issuer) throw new TypeError(`the discovery document of ${issuer} is of ${named}`);
  return jwksUri;
}

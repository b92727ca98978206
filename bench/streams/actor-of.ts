import type { Actor } from "../../services/platform/auth/actor.ts";

/** Whoever the token speaks for. */
export function actorOf(token: string): Actor {
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  return { tenantId: claims.tenant_id, userId: claims.sub, roles: claims.roles, teams: [], traceId: "" };
}

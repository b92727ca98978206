import { AppError } from "../errors/app-error.ts";
import { SCOPES_OF_ROLE, type Role, type Scope } from "./scopes.ts";

/** On whose behalf something is done. Comes from the verified token, or from the run that a user started. */
export interface Actor {
  tenantId: string;
  userId: string;
  roles: readonly Role[];
  /** Teams that chats of visibility TEAM are shared with. */
  teams: readonly string[];
  /** W3C trace id of the request. */
  traceId: string;
}

export function hasScope(actor: Actor, scope: Scope): boolean {
  return actor.roles.some((role) => SCOPES_OF_ROLE[role].has(scope));
}

export function requireScope(actor: Actor, scope: Scope): void {
  if (hasScope(actor, scope)) return;
  throw new AppError(
    "SCOPE_MISSING",
    `this needs the scope ${scope}; ask an administrator for a role that has it`,
    {
      metadata: { scope },
    },
  );
}

export const isAdmin = (actor: Actor): boolean => actor.roles.includes("admin");

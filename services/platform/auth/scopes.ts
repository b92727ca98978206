/** Every scope that an RPC may ask for. */
export const SCOPES = [
  "agent.read",
  "agent.write",
  "artifact.read",
  "artifact.write",
  "budget.read",
  "budget.write",
  "chat.read",
  "chat.write",
  "patch.propose",
  "patch.review",
  "provider.read",
  "rules.write",
  "run.read",
  "run.write",
] as const;
export type Scope = (typeof SCOPES)[number];

const READ: readonly Scope[] = ["agent.read", "artifact.read", "budget.read", "chat.read", "run.read"];
const TALK: readonly Scope[] = ["chat.write", "run.write"];

/** The one table from roles to scopes. */
export const SCOPES_OF_ROLE = {
  viewer: new Set(READ),
  reviewer: new Set([...READ, ...TALK, "patch.review"]),
  editor: new Set([...READ, ...TALK, "artifact.write", "patch.propose", "patch.review", "provider.read"]),
  admin: new Set(SCOPES),
} satisfies Record<string, ReadonlySet<Scope>> as Record<Role, ReadonlySet<Scope>>;

export const ROLES = ["viewer", "reviewer", "editor", "admin"] as const;
export type Role = (typeof ROLES)[number];

export const isScope = (value: string): value is Scope => (SCOPES as readonly string[]).includes(value);
export const isRole = (value: unknown): value is Role => (ROLES as readonly unknown[]).includes(value);

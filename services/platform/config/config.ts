import { z } from "zod";
import { agentRollouts } from "./agent-rollout-config.ts";
import { jsonOf } from "./json-of.ts";
import { moderation } from "./moderation-config.ts";
import { providers, type ProviderConfig } from "./provider-config.ts";
import { rates } from "./rate-config.ts";
import { whole } from "./whole-number.ts";

export type { ProviderConfig };

const issuer = z.object({
  issuer: z.url(),
  /** Where the keys are; default: found through the issuer's discovery document. */
  jwks_uri: z.url().optional(),
});
export type IssuerConfig = z.infer<typeof issuer>;

const commaList = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;
const origins = commaList.pipe(
  z.array(z.string().refine(isOrigin, "is not an origin like https://app.example.com, without a path")),
);

export const ROLES = ["gateway", "execution", "worker"] as const;
export type Role = (typeof ROLES)[number];

const isRole = (name: string): name is Role => ROLES.some((role) => role === name);
const roles = commaList
  .refine((names) => names.every(isRole), `names a role that is none of ${ROLES.join(", ")}`)
  .transform((names): readonly Role[] =>
    names.length === 0 ? ROLES : ROLES.filter((r) => names.includes(r)),
  );

const schema = z
  .object({
    ROLES: roles,
    HOST: z.string().default("127.0.0.1"),
    PORT: whole(0, 65535).default(8080),
    DATA_DIR: z.string().min(1).default(".data"),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    DATABASE_POOL_SIZE: whole(1, 500).default(20),
    NATS_URL: z.url({ protocol: /^(nats|tls)$/ }).optional(),
    REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
    OBJECT_STORE_URL: z.url({ protocol: /^(file|s3)$/ }).optional(),
    OBJECT_STORE_ACCESS_KEY_ID: z.string().optional(),
    OBJECT_STORE_SECRET_ACCESS_KEY: z.string().optional(),
    OIDC_ISSUERS: jsonOf(z.array(issuer), "[]"),
    MODEL_PROVIDERS: jsonOf(providers, "[]"),
    AGENT_ROLLOUTS: jsonOf(agentRollouts, "[]"),
    MODEL_CACHE_SECONDS: whole(1, 30 * 24 * 3600).default(3600),
    ...moderation,
    TOKEN_SECRET: z.string().min(32).optional(),
    CORS_ORIGINS: origins,
    BUDGET_DAY_MICROS: whole(0, Number.MAX_SAFE_INTEGER).default(5_000_000),
    BUDGET_MONTH_MICROS: whole(0, Number.MAX_SAFE_INTEGER).default(50_000_000),
    BUDGET_CURRENCY: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default("USD"),
    ...rates,
    EXECUTION_CONCURRENCY: whole(1, 10_000).default(256),
    RUN_LEASE_SECONDS: whole(2, 300).default(15),
    OFFLINE_TOKENS_PER_SECOND: whole(0, 1_000_000).default(60),
    LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
    SHUTDOWN_SECONDS: whole(0, 300).default(20),
  })
  .refine((c) => (c.DATABASE_URL === undefined && hasAllRoles(c)) || c.TOKEN_SECRET !== undefined, {
    path: ["TOKEN_SECRET"],
    message: "is required with DATABASE_URL, the same for all servers: 32 characters or more",
    // Also when something else is wrong: every problem is told at once.
    when: () => true,
  })
  .refine(...neededByRoles("DATABASE_URL"))
  .refine(...neededByRoles("NATS_URL"))
  .refine(...neededByRoles("REDIS_URL"))
  .refine(...neededByRoles("OBJECT_STORE_URL"));

/** The roles may be missing from a configuration in which they are wrong. */
const hasAllRoles = (config: { ROLES?: readonly string[] }): boolean =>
  (config.ROLES ?? ROLES).length === ROLES.length;

type Shared = "DATABASE_URL" | "NATS_URL" | "REDIS_URL" | "OBJECT_STORE_URL";

/** Processes that share the work must share what they work on. */
function neededByRoles<K extends Shared>(name: K) {
  const message = "is required where ROLES leaves a role out: the processes work together through it";
  const isGiven = (config: { ROLES?: readonly Role[] } & { [N in K]?: string | undefined }) =>
    hasAllRoles(config) || config[name] !== undefined;
  const params: { path: PropertyKey[]; message: string; when: () => boolean } = {
    path: [name],
    message,
    when: () => true,
  };
  return [isGiven, params] as const;
}

/** What the program was told at start. Everything has a default for a laptop. */
export type Config = z.infer<typeof schema>;

/** Thrown with every problem found, one per line. */
export class ConfigError extends Error {}

/** Reads the whole configuration once; a bad value stops the start. Blank variables count as unset. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ""));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ConfigError(`the configuration cannot be used:\n${problems.join("\n")}`);
}

/** The configuration of this process; what is given on its command line wins. */
export const readConfig = (settings: Readonly<Record<string, string>> = {}): Config =>
  parseConfig({ ...process.env, ...settings });

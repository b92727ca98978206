import { z } from "zod";

const price = z.object({
  /** Micro-units of the currency per million tokens. */
  input: z.number().int().nonnegative(),
  output: z.number().int().nonnegative(),
});
const model = z.object({
  name: z.string().min(1),
  /** Without a price the model is refused: an unknown price is not free. */
  price: price.optional(),
  max_output_tokens: z.number().int().positive().default(4096),
});
const provider = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]*$/),
  kind: z.enum(["openai", "anthropic"]),
  base_url: z.url().optional(),
  api_key: z.string().min(1),
  models: z.array(model).min(1),
});
export type ProviderConfig = z.infer<typeof provider>;

const issuer = z.object({
  issuer: z.url(),
  /** Where the keys are; default: found through the issuer's discovery document. */
  jwks_uri: z.url().optional(),
});
export type IssuerConfig = z.infer<typeof issuer>;

const jsonOf = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .default("[]")
    .transform((text, ctx) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        ctx.addIssue({ code: "custom", message: "is not JSON" });
        return z.NEVER;
      }
    })
    .pipe(z.array(schema));

const commaList = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );

const schema = z
  .object({
    HOST: z.string().default("127.0.0.1"),
    PORT: z.coerce.number().int().min(0).max(65535).default(8080),
    DATA_DIR: z.string().min(1).default(".data"),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(500).default(20),
    OIDC_ISSUERS: jsonOf(issuer),
    MODEL_PROVIDERS: jsonOf(provider),
    TOKEN_SECRET: z.string().min(32).optional(),
    CORS_ORIGINS: commaList,
    BUDGET_DAY_MICROS: z.coerce.number().int().nonnegative().default(5_000_000),
    BUDGET_MONTH_MICROS: z.coerce.number().int().nonnegative().default(50_000_000),
    BUDGET_CURRENCY: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default("USD"),
    EXECUTION_CONCURRENCY: z.coerce.number().int().min(1).max(10_000).default(256),
    RUN_LEASE_SECONDS: z.coerce.number().int().min(2).max(300).default(15),
    OFFLINE_TOKENS_PER_SECOND: z.coerce.number().int().min(0).max(1_000_000).default(60),
    LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
    SHUTDOWN_SECONDS: z.coerce.number().int().min(0).max(300).default(20),
  })
  .refine((c) => c.DATABASE_URL === undefined || c.TOKEN_SECRET !== undefined, {
    path: ["TOKEN_SECRET"],
    message: "is required with DATABASE_URL, the same for all servers: 32 characters or more",
  });

/** What the program was told at start. Everything has a default for a laptop. */
export type Config = z.infer<typeof schema>;

/** Thrown with every problem found, one per line. */
export class ConfigError extends Error {}

/** Reads the whole configuration once; a bad value stops the start. Empty variables count as unset. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new ConfigError(`the configuration cannot be used:\n${problems.join("\n")}`);
}

/** The configuration of this process. */
export const readConfig = (): Config => parseConfig(process.env);

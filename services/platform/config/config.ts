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
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .refine((id) => id !== "offline", "is the built-in model's"),
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

const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;
const origins = commaList.pipe(
  z.array(z.string().refine(isOrigin, "is not an origin like https://app.example.com, without a path")),
);

/** Only digits: `Number` would take a blank for 0 and 1e3 for 1000. */
const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "is not a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max));

const hasUniqueIds = (providers: readonly ProviderConfig[]) =>
  new Set(providers.map(({ id }) => id)).size === providers.length;

const schema = z
  .object({
    HOST: z.string().default("127.0.0.1"),
    PORT: whole(0, 65535).default(8080),
    DATA_DIR: z.string().min(1).default(".data"),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    DATABASE_POOL_SIZE: whole(1, 500).default(20),
    OIDC_ISSUERS: jsonOf(issuer),
    MODEL_PROVIDERS: jsonOf(provider).refine(hasUniqueIds, "names a provider twice"),
    TOKEN_SECRET: z.string().min(32).optional(),
    CORS_ORIGINS: origins,
    BUDGET_DAY_MICROS: whole(0, Number.MAX_SAFE_INTEGER).default(5_000_000),
    BUDGET_MONTH_MICROS: whole(0, Number.MAX_SAFE_INTEGER).default(50_000_000),
    BUDGET_CURRENCY: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default("USD"),
    EXECUTION_CONCURRENCY: whole(1, 10_000).default(256),
    RUN_LEASE_SECONDS: whole(2, 300).default(15),
    OFFLINE_TOKENS_PER_SECOND: whole(0, 1_000_000).default(60),
    LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info"),
    OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
    SHUTDOWN_SECONDS: whole(0, 300).default(20),
  })
  .refine((c) => c.DATABASE_URL === undefined || c.TOKEN_SECRET !== undefined, {
    path: ["TOKEN_SECRET"],
    message: "is required with DATABASE_URL, the same for all servers: 32 characters or more",
    // Also when something else is wrong: every problem is told at once.
    when: () => true,
  });

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

/** The configuration of this process. */
export const readConfig = (): Config => parseConfig(process.env);

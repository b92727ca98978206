import { z } from "zod";

const price = z.object({
  /** Micro-units of the currency per million tokens. */
  input: z.number().int().nonnegative(),
  /** Of input that the provider had in its cache; unset: as much as other input. */
  cached_input: z.number().int().nonnegative().optional(),
  output: z.number().int().nonnegative(),
});

/** What a model can do beyond answering text with text. */
const CAPABILITIES = ["tools", "vision", "json", "reasoning"] as const;
export type Capability = (typeof CAPABILITIES)[number];

const seconds = z.number().positive().max(3600);

const model = z.object({
  name: z.string().min(1),
  /** Without a price the model is refused: an unknown price is not free. */
  price: price.optional(),
  max_output_tokens: z.number().int().positive().default(4096),
  /** A model that declares nothing is taken to call tools and to write JSON. */
  capabilities: z.array(z.enum(CAPABILITIES)).optional(),
  /** What it reads and writes in one call; unset: not known, so not checked. */
  context_tokens: z.number().int().positive().optional(),
  /** Longest silence before the first token, and between tokens. */
  first_token_seconds: seconds.optional(),
  stall_seconds: seconds.optional(),
});

/** A user or a password in an address would be sent as a header and told in errors. */
const hasNoCredentials = (text: string): boolean => {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username === "" && password === "";
};
/** An address of somebody else's service; its key is configured beside it. */
export const serviceUrl = z
  .url({ protocol: /^https?$/ })
  .refine(hasNoCredentials, "must not hold a user or a password; the key has a setting of its own");

const provider = z.object({
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .refine((id) => id !== "offline", "is the built-in model's"),
  kind: z.enum(["openai", "anthropic"]),
  base_url: serviceUrl.optional(),
  api_key: z.string().min(1),
  /** Most calls at a time, of one process. Default: DEFAULT_PARALLEL. */
  max_parallel: z.number().int().positive().optional(),
  /** Replaces personal data by placeholders before anything is sent. */
  mask_pii: z.boolean().optional(),
  models: z.array(model).min(1),
});
export const DEFAULT_PARALLEL = 1000;
export type ProviderConfig = z.infer<typeof provider>;
export type ModelConfig = ProviderConfig["models"][number];

const hasUniqueIds = (providers: readonly ProviderConfig[]) =>
  new Set(providers.map(({ id }) => id)).size === providers.length;

/** MODEL_PROVIDERS, once it has been parsed as JSON. */
export const providers = z.array(provider).refine(hasUniqueIds, "names a provider twice");

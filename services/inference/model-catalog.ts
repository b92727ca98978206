import type { Capability, ProviderConfig } from "../platform/config/provider-config.ts";

/** A model that agents can use. */
export interface ModelInfo {
  /** "provider/model". */
  ref: string;
  provider: string;
  name: string;
  /** Most tokens that it writes per call. */
  maxOutputTokens: number;
  /** Micro-units per million tokens; without a price the model is refused. */
  price: ProviderConfig["models"][number]["price"];
  /** What it can do beyond text. */
  capabilities: readonly Capability[];
  /** What it reads and writes in one call; undefined: not known. */
  contextTokens: number | undefined;
}

export interface ModelCatalog {
  /** All, the offline model last. */
  list(): readonly ModelInfo[];
  /** The models of an agent without a choice of its own: all configured ones in their order, else the offline model. */
  preferred(): readonly [ModelInfo, ...ModelInfo[]];
}

/** What the ledger calls a model whose answer was given again: nobody was asked, so it is free. */
export const keptRef = (ref: string): string => `${ref}#cached`;

export const OFFLINE_MODEL: ModelInfo = {
  ref: "offline/offline",
  provider: "offline",
  name: "offline",
  maxOutputTokens: 4096,
  price: { input: 1_000_000, output: 2_000_000 },
  capabilities: ["tools"],
  contextTokens: undefined,
};

/** As models without a declaration were always used. */
const ASSUMED: readonly Capability[] = ["tools", "json"];

export function createModelCatalog(providers: readonly ProviderConfig[]): ModelCatalog {
  const configured = providers.flatMap((provider) =>
    provider.models.map((model): ModelInfo => ({
      ref: `${provider.id}/${model.name}`,
      provider: provider.id,
      name: model.name,
      maxOutputTokens: model.max_output_tokens,
      price: model.price,
      capabilities: model.capabilities ?? ASSUMED,
      contextTokens: model.context_tokens,
    })),
  );
  const [first, ...rest] = configured;
  const all = [...configured, OFFLINE_MODEL];
  return {
    list: () => all,
    preferred: () => (first ? [first, ...rest] : [OFFLINE_MODEL]),
  };
}

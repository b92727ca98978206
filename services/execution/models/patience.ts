import type { ModelConfig } from "../../platform/config/provider-config.ts";

/** How long to bear with a provider, in milliseconds. */
export interface Patience {
  firstToken: number;
  betweenTokens: number;
  /** Before the first retry, about; grows, with jitter. A provider's Retry-After counts instead. */
  retryDelay: number;
  /** A provider that asks for more is not waited for. */
  longestRetryDelay: number;
  /** For a free slot at a provider that is as busy as it may be. */
  slot: number;
  /** How long a model is left alone that has failed too often; doubles as long as it fails. */
  rest: number;
  longestRest: number;
}

export const DEFAULT_PATIENCE: Patience = {
  firstToken: 30_000,
  betweenTokens: 30_000,
  retryDelay: 250,
  longestRetryDelay: 5_000,
  slot: 30_000,
  rest: 5_000,
  longestRest: 60_000,
};

/** Before the first token of a model that declares that it thinks. */
const THINKING = 120_000;

/** What a model's own settings say goes before what is usual. */
export function patienceOf(usual: Patience, own: ModelConfig): Patience {
  const thinks = own.capabilities?.includes("reasoning") ?? false;
  return {
    ...usual,
    ...(thinks && { firstToken: Math.max(usual.firstToken, THINKING) }),
    ...(own.first_token_seconds !== undefined && { firstToken: own.first_token_seconds * 1000 }),
    ...(own.stall_seconds !== undefined && { betweenTokens: own.stall_seconds * 1000 }),
  };
}

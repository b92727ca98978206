import { AppError } from "../../platform/errors/app-error.ts";

/** Why a model of the chain did not answer: it was asked and failed, or was not asked at all. */
export interface ModelMiss {
  /** "provider/model". */
  ref: string;
  /** Goes on after the model's name: "cannot be reached". */
  what: string;
  retryAfterMilliseconds?: number | undefined;
}

/** What callers are told to wait when no provider tells. */
const DEFAULT_RETRY_MILLISECONDS = 5_000;

/** Every model of the chain has failed. The metadata names each with its reason, for operators. */
export function providersExhausted(misses: readonly ModelMiss[]): AppError {
  const waits = misses.map((miss) => miss.retryAfterMilliseconds ?? DEFAULT_RETRY_MILLISECONDS);
  const reasons = misses.map(({ ref, what }, i) => [`provider_${i + 1}`, `${ref} ${what}`] as const);
  const provider = [...new Set(misses.map(({ ref }) => providerOf(ref)))].join(",");
  const told = reasons.map(([, reason]) => reason).join("; ");
  const message =
    misses.length === 1
      ? `the model provider ${provider} ${misses[0]?.what}`
      : `none of the agent's ${misses.length} models could answer: ${told}`;
  return new AppError("PROVIDERS_EXHAUSTED", message, {
    metadata: { provider, ...Object.fromEntries(reasons) },
    retryAfterMilliseconds: Math.min(DEFAULT_RETRY_MILLISECONDS * 12, ...waits),
  });
}

const providerOf = (ref: string): string => ref.slice(0, ref.indexOf("/"));

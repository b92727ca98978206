import { RateLimiterRes, type RateLimiterAbstract } from "rate-limiter-flexible";
import type { Allowance, RateLimiter } from "./rate-limiter.ts";

/** A counter for allowances of one scope, limit and window. */
export type CreateCounter = (allowance: Omit<Allowance, "key">) => Pick<RateLimiterAbstract, "consume">;

/** What the adapters have in common: they differ in where they count. */
export function createCountedRateLimiter(createCounter: CreateCounter): RateLimiter {
  const counters = new Map<string, ReturnType<CreateCounter>>();
  const counterOf = ({ scope, limit, windowSeconds }: Allowance) => {
    const name = `${scope} ${limit} ${windowSeconds}`;
    const counter = counters.get(name) ?? createCounter({ scope, limit, windowSeconds });
    counters.set(name, counter);
    return counter;
  };
  return {
    async take(allowances) {
      for (const allowance of allowances) {
        try {
          await counterOf(allowance).consume(allowance.key);
        } catch (error) {
          if (!(error instanceof RateLimiterRes)) throw error;
          return { allowance, retryAfterMilliseconds: Math.max(1, error.msBeforeNext) };
        }
      }
      return undefined;
    },
  };
}

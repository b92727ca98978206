import { RateLimiterMemory } from "rate-limiter-flexible";
import { createCountedRateLimiter } from "./counted-rate-limiter.ts";
import type { RateLimiter } from "./rate-limiter.ts";

/** Counts the calls of this process. */
export const createInProcessRateLimiter = (): RateLimiter =>
  createCountedRateLimiter(
    ({ limit, windowSeconds }) => new RateLimiterMemory({ points: limit, duration: windowSeconds }),
  );

import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible";
import type { RedisConnection } from "../redis/redis-connection.ts";
import { createCountedRateLimiter } from "./counted-rate-limiter.ts";
import type { RateLimiter } from "./rate-limiter.ts";

/** Counts the calls of all processes; while Redis is away, each counts its own. */
export const createRedisRateLimiter = ({ commands }: RedisConnection): RateLimiter =>
  createCountedRateLimiter(({ scope, limit, windowSeconds }) => {
    const counted = { points: limit, duration: windowSeconds };
    return new RateLimiterRedis({
      ...counted,
      storeClient: commands,
      keyPrefix: `ameide:rate:${scope}:${limit}:${windowSeconds}`,
      rejectIfRedisNotReady: true,
      // Who is refused is refused from memory until the window is over, however often they try.
      inMemoryBlockOnConsumed: limit + 1,
      insuranceLimiter: new RateLimiterMemory(counted),
    });
  });

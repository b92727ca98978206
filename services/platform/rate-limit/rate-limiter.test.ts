import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { rateLimiterContract } from "../../testing/contracts/rate-limiter.ts";
import { startRedis } from "../../testing/redis-server.ts";
import { available } from "../../testing/requirements.ts";
import { sharedRedis } from "../../testing/shared-servers.ts";
import { openRedis, type RedisConnection } from "../redis/redis-connection.ts";
import { createInProcessRateLimiter } from "./in-process-rate-limiter.ts";
import { createRedisRateLimiter } from "./redis-rate-limiter.ts";

describe("the rate limiter within a process", () => {
  rateLimiterContract(() => {
    const limiter = createInProcessRateLimiter();
    return { here: limiter, there: limiter };
  });
});

describe.skipIf(!available("redis"))("the rate limiter in Redis", () => {
  const opened: RedisConnection[] = [];
  beforeAll(async () => {
    const url = await sharedRedis();
    opened.push(openRedis(url), openRedis(url));
    await Promise.all(opened.map((redis) => redis.whenUp(20_000)));
  });
  afterAll(() => opened.forEach((redis) => redis.close()));

  rateLimiterContract(() => {
    const [here, there] = opened.map(createRedisRateLimiter);
    if (!here || !there) throw new Error("Redis is not connected");
    return { here, there };
  });

  it("limits each process for itself while the server is away, and all together when it is back", async () => {
    const server = await startRedis();
    const redis = [openRedis(server.url), openRedis(server.url)];
    await Promise.all(redis.map((connection) => connection.whenUp(20_000)));
    const limiters = redis.map(createRedisRateLimiter);
    const allowedOf = async (key: string) => {
      const allowance = { scope: "user", key, limit: 5, windowSeconds: 60 };
      const outcomes = await Promise.all(
        limiters.flatMap((limiter) => Array.from({ length: 8 }, () => limiter.take([allowance]))),
      );
      return outcomes.filter((outcome) => outcome === undefined).length;
    };
    expect(await allowedOf("with redis")).toBe(5);
    await server.kill();
    await vi.waitFor(() => expect(redis.map((r) => r.life())).toEqual([undefined, undefined]), 20_000);
    expect(await allowedOf("without redis")).toBe(10);
    await server.restart();
    await Promise.all(redis.map((connection) => connection.whenUp(20_000)));
    expect(await allowedOf("with redis again")).toBe(5);
    redis.forEach((connection) => connection.close());
    await server.stop();
  });
});

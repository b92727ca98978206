import { afterAll, beforeAll, describe } from "vitest";
import { frameLogContract } from "../../testing/contracts/frame-log.ts";
import { available } from "../../testing/requirements.ts";
import { sharedRedis } from "../../testing/shared-servers.ts";
import { openRedis, type RedisConnection } from "../redis/redis-connection.ts";
import { createRedisFrameLog } from "./redis-frame-log.ts";

describe.skipIf(!available("redis"))("the frame log in Redis", () => {
  const opened: RedisConnection[] = [];
  beforeAll(async () => {
    const url = await sharedRedis();
    opened.push(openRedis(url), openRedis(url));
    await Promise.all(opened.map((redis) => redis.whenUp(10_000)));
  });
  afterAll(() => opened.forEach((redis) => redis.close()));

  frameLogContract(() => {
    const [here, there] = opened.map((redis) => createRedisFrameLog(redis, { framesPerLog: 32 }));
    if (!here || !there) throw new Error("Redis is not connected");
    return { here, there };
  }, 32);
});

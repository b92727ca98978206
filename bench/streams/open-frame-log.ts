import type { FrameLog } from "../../services/platform/frame-log/frame-log.ts";
import { createRedisFrameLog } from "../../services/platform/frame-log/redis-frame-log.ts";
import { openRedis } from "../../services/platform/redis/redis-connection.ts";

/** The frame log of this process in a Redis, once it is connected. */
export async function openFrameLog(redisUrl: string): Promise<FrameLog> {
  const redis = openRedis(redisUrl);
  if (!(await redis.whenUp(10_000))) throw new Error("Redis does not answer");
  return createRedisFrameLog(redis);
}

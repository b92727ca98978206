import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { streamPlacesContract } from "../../testing/contracts/stream-places.ts";
import { startRedis } from "../../testing/redis-server.ts";
import { available } from "../../testing/requirements.ts";
import { sharedRedis } from "../../testing/shared-servers.ts";
import { openRedis, type RedisConnection } from "../redis/redis-connection.ts";
import { createInProcessStreamPlaces } from "./in-process-stream-places.ts";
import { createRedisStreamPlaces } from "./redis-stream-places.ts";

const SOON = { timeout: 20_000, interval: 50 };

describe("stream places within a process", () => {
  streamPlacesContract(() => {
    const places = createInProcessStreamPlaces();
    return { here: places, there: places };
  });
});

describe.skipIf(!available("redis"))("stream places in Redis", () => {
  const opened: RedisConnection[] = [];
  const connect = async (url: string) => {
    const redis = openRedis(url);
    opened.push(redis);
    await redis.whenUp(20_000);
    return redis;
  };
  let shared: RedisConnection[];
  beforeAll(async () => {
    const url = await sharedRedis();
    shared = await Promise.all([connect(url), connect(url)]);
  });
  afterAll(() => opened.forEach((redis) => redis.close()));

  streamPlacesContract(() => {
    const [here, there] = shared.map((redis) => createRedisStreamPlaces(redis));
    if (!here || !there) throw new Error("Redis is not connected");
    return { here, there };
  });

  const limits = [{ scope: "user", key: "alice", limit: 2 }];

  // Without the lease, the places of a process that was killed are taken for ever; without renewing, nobody's last.
  it("places of a process that dies are free after their lease, those of a living one are not", async () => {
    const url = await sharedRedis();
    const [dying, living, other] = await Promise.all([connect(url), connect(url), connect(url)]);
    const places = [dying, living, other].map((redis) =>
      createRedisStreamPlaces(redis, { leaseMilliseconds: 1500 }),
    );
    const tenant = uuidv7();
    await places[0]?.take(tenant, limits);
    await places[1]?.take(tenant, limits);
    expect((await places[2]?.take(tenant, limits))?.full).toBeDefined();
    dying.close();
    await vi.waitFor(async () => expect((await places[2]?.take(tenant, limits))?.full).toBeUndefined(), SOON);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await places[2]?.take(tenant, limits))?.full).toBeDefined();
  });

  it("while the server is away each process counts its own; an empty server learns of the open ones", async () => {
    const server = await startRedis();
    const [left, right] = await Promise.all([connect(server.url), connect(server.url)]);
    const [here, there] = [left, right].map((redis) =>
      createRedisStreamPlaces(redis, { leaseMilliseconds: 3000 }),
    );
    const tenant = uuidv7();
    const take = async (places = here) => (await places?.take(tenant, limits))?.full === undefined;
    expect(await take()).toBe(true);
    await server.kill();
    expect([await take(), await take(), await take(there)]).toEqual([true, false, true]);
    await server.restart({ empty: true });
    await Promise.all([left.whenUp(20_000), right.whenUp(20_000)]);
    await vi.waitFor(async () => {
      const held = await left.commands.zcard(`ameide:streams:{${tenant}}:user:alice`);
      expect(held).toBe(3);
    }, SOON);
    expect([await take(), await take(there)]).toEqual([false, false]);
    await server.stop();
  });
});

import { v7 as uuidv7 } from "uuid";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startAnswerLosingProxy } from "../../testing/answer-losing-proxy.ts";
import { frames, textsOf } from "../../testing/contracts/frame-log.ts";
import type { PrivateServer } from "../../testing/private-server.ts";
import { startRedis } from "../../testing/redis-server.ts";
import { available } from "../../testing/requirements.ts";
import { openRedis, type RedisConnection } from "../redis/redis-connection.ts";
import { EpochLost, FencedOut, LogAway, type FrameLog } from "./frame-log.ts";
import { createRedisFrameLog } from "./redis-frame-log.ts";

const SOON = { timeout: 20_000, interval: 20 };

describe.skipIf(!available("redis"))("the frame log while Redis fails", () => {
  let server: PrivateServer;
  const opened: RedisConnection[] = [];
  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    opened.splice(0).forEach((redis) => redis.close());
    await server.restart({ empty: true });
  });
  afterAll(() => server.stop());

  async function process({ url = server.url, patienceMilliseconds = 600 } = {}) {
    const redis = openRedis(url, { silenceMilliseconds: 300 });
    opened.push(redis);
    await redis.whenUp(20_000);
    return { redis, log: createRedisFrameLog(redis, { patienceMilliseconds }) };
  }
  async function begun(options?: Parameters<typeof process>[0]) {
    const { redis, log } = await process(options);
    const key = `run-${uuidv7()}`;
    const { epoch } = await log.open(key, 1);
    const append = (firstSeq: number, texts: string[], fence = 1, at = epoch) =>
      log.append(key, { epoch: at, fence, firstSeq, frames: frames(...texts) });
    return { redis, log, key, epoch, append };
  }
  const read = async (log: FrameLog, key: string) => textsOf(await log.read(key, 0, 100));

  // Without the check of what is there already in the script, each lost answer doubles its frames.
  it("an append that took effect before its answer was lost is repeated: nothing lost, doubled or out of order", async () => {
    const proxy = await startAnswerLosingProxy(server.port);
    const writer = await begun({ url: `redis://127.0.0.1:${proxy.port}`, patienceMilliseconds: 20_000 });
    const reader = await process();
    const texts: string[] = [];
    for (let seq = 1; seq <= 30; seq++) {
      if (seq % 3 === 0) proxy.loseNextAnswer();
      await writer.append(seq, [`${seq}`]);
      texts.push(`${seq} ${seq}`);
    }
    expect(proxy.lost()).toBe(10);
    expect(await read(reader.log, writer.key)).toEqual(texts);
    await proxy.close();
  });

  it("after a restart that kept the data, the writer goes on with its line and readers hear it", async () => {
    const { log, key, epoch, append } = await begun({ patienceMilliseconds: 20_000 });
    const reader = await process();
    let wakes = 0;
    reader.log.subscribe(key, () => (wakes += 1));
    await append(1, ["a"]);
    await vi.waitFor(() => expect(wakes).toBeGreaterThan(0), SOON);
    await server.kill();
    const waiting = append(2, ["b"]);
    await server.restart();
    await waiting;
    await vi.waitFor(async () => expect(await read(reader.log, key)).toEqual(["1 a", "2 b"]), SOON);
    // Waking without an append is what a new subscription does; then it hears appends again.
    let seq = 3;
    await vi.waitFor(async () => {
      wakes = 0;
      await append(seq++, ["c"]);
      await vi.waitFor(() => expect(wakes).toBeGreaterThan(0));
    }, SOON);
    expect(await log.open(key)).toMatchObject({ epoch, nextSeq: seq });
  });

  it("another writer begins a new line on a server that restarted: the old one may have lost its end", async () => {
    const { redis, log, key, epoch, append } = await begun();
    await append(1, ["a"]);
    await server.restart();
    await vi.waitFor(() => expect(redis.life()).toBeDefined(), SOON);
    const next = await log.open(key, 2);
    expect(next).toMatchObject({ oldestSeq: 1, nextSeq: 1 });
    expect(next.epoch).not.toBe(epoch);
    await expect(append(2, ["b"])).rejects.toBeInstanceOf(EpochLost);
    await expect(append(2, ["b"], 1, next.epoch)).rejects.toBeInstanceOf(FencedOut);
  });

  // As after a failover to a replica that lags. Without `life`, frames would follow on others than readers saw.
  it("a line whose end was lost in a restart is another line for its own writer, too", async () => {
    const { redis, log, key, epoch, append } = await begun();
    await append(1, ["a"]);
    await append(2, ["b"]);
    const head = `ameide:frames:{${key}}:head`;
    await redis.commands.hset(head, { next: "2", life: "the server before" });
    await expect(append(3, ["c"])).rejects.toBeInstanceOf(EpochLost);
    expect((await log.open(key, 2)).epoch).not.toBe(epoch);
  });

  it.each([
    ["was flushed", () => opened[0]?.commands.flushall()],
    ["came back empty", () => server.restart({ empty: true })],
  ])("a server that %s has lost the epoch, and a new line begins", async (_, lose) => {
    const { redis, log, key, epoch, append } = await begun();
    await append(1, ["a"]);
    await lose();
    await vi.waitFor(() => expect(redis.life()).toBeDefined(), SOON);
    await expect(append(2, ["b"])).rejects.toBeInstanceOf(EpochLost);
    expect(await log.read(key, 0, 10)).toBeUndefined();
    const next = await log.open(key, 1);
    expect(next).toMatchObject({ nextSeq: 1 });
    expect(next.epoch).not.toBe(epoch);
  });

  it("while the server is away, writers go on without it, and readers are told", async () => {
    const { redis, log, key, epoch, append } = await begun();
    await append(1, ["a"]);
    await server.kill();
    await append(2, ["b"]);
    for (let seq = 3; seq < 1000; seq++) await append(seq, ["x"]);
    await expect(log.read(key, 0, 10)).rejects.toBeInstanceOf(LogAway);
    await expect(log.open(key)).rejects.toBeInstanceOf(LogAway);
    const blind = await log.open(`run-${uuidv7()}`, 1);
    expect(blind).toMatchObject({ oldestSeq: 1, nextSeq: 1 });
    await append(1, ["a"], 1, blind.epoch);
    await server.restart();
    await redis.whenUp(20_000);
    await expect(append(1000, ["y"])).rejects.toBeInstanceOf(EpochLost);
    await expect(append(2, ["b"], 1, blind.epoch)).rejects.toBeInstanceOf(EpochLost);
    const next = await log.open(key, 1);
    expect(next.nextSeq).toBe(1);
    expect(next.epoch).not.toBe(epoch);
  });

  it("a server that hangs is away, and serves again when it wakes", async () => {
    const { redis, log, key, append } = await begun();
    await append(1, ["a"]);
    server.pause();
    await expect(log.read(key, 0, 10)).rejects.toBeInstanceOf(LogAway);
    server.resume();
    await vi.waitFor(() => expect(redis.life()).toBeDefined(), SOON);
    expect(await read(log, key)).toEqual(["1 a"]);
    await append(2, ["b"]);
    expect(await read(log, key)).toEqual(["1 a", "2 b"]);
  });

  it("a server without room is away for writers; once it has room, a new line begins", async () => {
    const { redis, key, log, append } = await begun();
    await append(1, ["a"]);
    await redis.commands.config("SET", "maxmemory", "1");
    await append(2, ["b"]);
    await append(3, ["c"]);
    expect(await read(log, key)).toEqual(["1 a"]);
    await redis.commands.config("SET", "maxmemory", "0");
    await expect(append(4, ["d"])).rejects.toBeInstanceOf(EpochLost);
    expect(await log.read(key, 0, 10)).toBeUndefined();
  });

  // With a plain timeout on the socket, being busy for longer than the server may be silent ends the connection.
  it("a process that was busy itself does not take the server for gone", async () => {
    const { redis, log, key, append } = await begun();
    const life = redis.life();
    const ends: string[] = [];
    redis.commands.on("close", () => ends.push("close"));
    for (let round = 0; round < 5; round++) {
      const reading = log.read(key, 0, 10);
      const until = performance.now() + 700;
      while (performance.now() < until) void 0;
      await reading;
    }
    await append(1, ["a"]);
    expect([redis.life(), ends]).toEqual([life, []]);
  });

  it("says once that the server is away and once that it is back", async () => {
    const said: string[] = [];
    const redis = openRedis(server.url, { warn: (message) => said.push(message) });
    opened.push(redis);
    await redis.whenUp(20_000);
    await server.kill();
    await vi.waitFor(() => expect(redis.life()).toBeUndefined(), SOON);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await server.restart();
    expect(await redis.whenUp(20_000)).toBe(true);
    expect(said).toEqual(["Redis is away", "Redis is back"]);
  });
});

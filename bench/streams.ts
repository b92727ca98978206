import { setTimeout as sleep } from "node:timers/promises";
import { openRedis } from "../services/platform/redis/redis-connection.ts";
import { findPostgres, startPostgres } from "../services/testing/postgres-server.ts";
import { findRedis, startRedis } from "../services/testing/redis-server.ts";
import { devToken } from "./harness/connect-client.ts";
import { cpuMicros } from "./harness/cpu-time.ts";
import { peakMegabytes } from "./harness/peak-megabytes.ts";
import { startPeer, type Peer } from "./harness/peer.ts";
import { actorOf } from "./streams/actor-of.ts";

interface Size {
  streams: number;
  tokensPerSecond: number;
  seconds: number;
  opensPerSecond: number;
}

/** 10,000 readers of 10,000 runs, each at one frame a second, while they are opened and for a minute after that. */
export const streams = () =>
  everyLog({ streams: 10_000, tokensPerSecond: 1, seconds: 60, opensPerSecond: 500 }, STREAMS_TARGET);
const STREAMS_TARGET = { deliveryP99: 250, firstFrameP99: 2000, gatewayMegabytes: 1000 };

/** 1,000 readers of 1,000 runs at 50 tokens a second. */
export const fanout = () =>
  everyLog({ streams: 1000, tokensPerSecond: 50, seconds: 30, opensPerSecond: 500 }, { deliveryP99: 100 });

/** Frames by way of Redis; and within one process, for comparison. */
async function everyLog(size: Size, target: Record<string, number>) {
  const figures = { ...(await measure(sizeFrom(size), "redis")), target };
  return { ...figures, unit: "ms", inOneProcess: await measure(sizeFrom(size), "memory") };
}

const LOGS_WANTED = (process.env["BENCH_STREAM_LOGS"] ?? "redis,memory").split(",");

/** `BENCH_STREAMS` and `BENCH_SECONDS` make it smaller, for a look. */
function sizeFrom(size: Size): Size {
  const { BENCH_STREAMS, BENCH_SECONDS } = process.env;
  return {
    ...size,
    ...(BENCH_STREAMS && { streams: Number(BENCH_STREAMS) }),
    ...(BENCH_SECONDS && { seconds: Number(BENCH_SECONDS) }),
  };
}

async function measure(size: Size, kind: "redis" | "memory") {
  if (!LOGS_WANTED.includes(kind)) return { skipped: "not asked for" };
  const servers = await startServers(kind === "redis");
  if (!servers) return { skipped: "Redis is not installed" };
  const gateway = await startPeer(new URL("streams/gateway-peer.ts", import.meta.url), servers.env);
  const executor =
    kind === "memory"
      ? gateway
      : await startPeer(new URL("streams/executor-peer.ts", import.meta.url), servers.env);
  const load = await startPeer(new URL("streams/load-peer.ts", import.meta.url));
  try {
    return await run(size, { gateway, executor, load, redis: servers.redisPid }, servers.env);
  } finally {
    await Promise.all([gateway.stop(), executor === gateway ? undefined : executor.stop(), load.stop()]);
    await servers.stop();
  }
}

async function startServers(withRedis: boolean) {
  const bin = findPostgres();
  if (withRedis && !findRedis()) return undefined;
  const postgres = bin === undefined ? undefined : await startPostgres(bin);
  const redis = withRedis ? await startRedis() : undefined;
  return {
    env: {
      ...(postgres && { BENCH_DATABASE_URL: await postgres.createDatabase() }),
      ...(redis && { BENCH_REDIS_URL: redis.url }),
    },
    redisPid: redis === undefined ? undefined : await pidOfRedis(redis.url),
    async stop() {
      await Promise.all([postgres?.stop(), redis?.stop()]);
    },
  };
}

/** In a process that is gone when it matters, if another process can use the database. */
async function startRuns(wanted: object, gateway: Peer, env: Record<string, string>): Promise<string[]> {
  if (env["BENCH_DATABASE_URL"] === undefined) return gateway.ask("startRuns", wanted);
  const starter = await startPeer(new URL("streams/starter-peer.ts", import.meta.url), env);
  const runIds = await starter.ask<string[]>("startRuns", wanted);
  await starter.stop();
  return runIds;
}

interface Sides {
  gateway: Peer;
  executor: Peer;
  load: Peer;
  redis: number | undefined;
}

const OPENING_GRACE_MILLISECONDS = 1000;
const END_GRACE_MILLISECONDS = 30_000;

async function run(size: Size, sides: Sides, env: Record<string, string>) {
  const { gateway, executor, load } = sides;
  const { streams: count, tokensPerSecond, seconds, opensPerSecond } = size;
  const address = await gateway.ask<string>("address");
  const token = await devToken(address);
  const actor = actorOf(token);
  const runIds = await startRuns({ count, actor }, gateway, env);
  await executor.ask("prepare", runIds);
  const openingSeconds = count / opensPerSecond;
  const tokensPerRun = Math.ceil((openingSeconds + seconds) * tokensPerSecond);
  const cpu = cpuOf(sides);
  const started = performance.now();
  const fed = executor.ask<{ milliseconds: number; late: number; refusals: string[] }>("feed", {
    tokensPerSecond,
    tokensPerRun,
  });
  await load.ask("open", { address, token, runIds, opensPerSecond });
  await sleep(OPENING_GRACE_MILLISECONDS);
  const feeding = await fed;
  const end = { milliseconds: END_GRACE_MILLISECONDS, tokensPerRun };
  const seen = await load.ask<Record<string, unknown>>("finish", end);
  const elapsedSeconds = (performance.now() - started) / 1000;
  const used = cpuOf(sides);
  return {
    ...size,
    ...seen,
    feeding,
    gatewayMegabytes: peakMegabytes(gateway.pid),
    cpuShares: Object.fromEntries(
      Object.entries(used).map(([name, micros]) => [
        name,
        Math.round((micros - (cpu[name] ?? 0)) / elapsedSeconds / 1e4) / 100,
      ]),
    ),
  };
}

function cpuOf({ gateway, executor, load, redis }: Sides): Record<string, number> {
  return {
    gateway: cpuMicros(gateway.pid),
    ...(executor !== gateway && { executor: cpuMicros(executor.pid) }),
    load: cpuMicros(load.pid),
    ...(redis !== undefined && { redis: cpuMicros(redis) }),
  };
}

async function pidOfRedis(url: string): Promise<number> {
  const redis = openRedis(url);
  await redis.whenUp(10_000);
  const [, pid] = /^process_id:(\d+)/m.exec(await redis.commands.info("server")) ?? [];
  redis.close();
  return Number(pid);
}

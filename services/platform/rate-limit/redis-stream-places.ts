import { randomUUID } from "node:crypto";
import { isRedisAway, type RedisConnection, type RedisScript } from "../redis/redis-connection.ts";
import { createInProcessStreamPlaces } from "./in-process-stream-places.ts";
import type { StreamLimit, StreamPlaces, TakenOrFull } from "./stream-places.ts";

/** A place is a member of a sorted set, by when it runs out. Keys: a set per limit. Answers which one is full, or 0. */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i, set in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', set, '-inf', now)
  if redis.call('ZCARD', set) >= tonumber(ARGV[2 + i]) then return i end
end
for _, set in ipairs(KEYS) do
  redis.call('ZADD', set, now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', set, ARGV[2])
end
return 0`;

/** Key: a set. Arguments: how long, members. Those that a restarted server forgot are there again. */
const RENEW = `
local time = redis.call('TIME')
local runsOut = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], runsOut, ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])`;

export interface RedisStreamPlacesOptions {
  /** After this long the places of a process that died are free. Default 60,000. */
  leaseMilliseconds?: number;
}

const LEASE_MILLISECONDS = 60_000;
const MEMBERS_PER_COMMAND = 500;

/** Counts the streams of all processes; while Redis is away, each counts its own. */
export function createRedisStreamPlaces(
  redis: RedisConnection,
  { leaseMilliseconds = LEASE_MILLISECONDS }: RedisStreamPlacesOptions = {},
): StreamPlaces {
  return new RedisStreamPlaces(redis, leaseMilliseconds);
}

class RedisStreamPlaces implements StreamPlaces {
  readonly #redis: RedisConnection;
  readonly #leaseMilliseconds: number;
  readonly #take: RedisScript;
  readonly #renew: RedisScript;
  readonly #local = createInProcessStreamPlaces();
  /** The places that this process holds, by set. */
  readonly #held = new Map<string, Set<string>>();
  readonly #processId = randomUUID();
  #taken = 0;

  constructor(redis: RedisConnection, leaseMilliseconds: number) {
    this.#redis = redis;
    this.#leaseMilliseconds = leaseMilliseconds;
    this.#take = redis.script("ameideStreamsTake", TAKE);
    this.#renew = redis.script("ameideStreamsRenew", RENEW);
    const renewing = setInterval(() => this.#renewAll(), leaseMilliseconds / 3).unref();
    redis.commands.on("end", () => clearInterval(renewing));
  }

  async take(group: string, limits: readonly StreamLimit[]): Promise<TakenOrFull> {
    const local = await this.#local.take(group, limits);
    if (local.full || limits.length === 0) return local;
    const place = `${this.#processId}:${++this.#taken}`;
    const sets = limits.map(({ scope, key }) => `ameide:streams:{${group}}:${scope}:${key}`);
    const full = limits[(await this.#takeShared(place, sets, limits)) - 1];
    if (full) {
      local.release();
      return { full };
    }
    for (const set of sets) this.#held.set(set, (this.#held.get(set) ?? new Set()).add(place));
    return {
      release: () => {
        local.release();
        for (const set of sets) this.#release(set, place);
      },
    };
  }

  async #takeShared(place: string, sets: string[], limits: readonly StreamLimit[]): Promise<number> {
    try {
      const args = [place, this.#leaseMilliseconds, ...limits.map(({ limit }) => limit)];
      return Number(await this.#take(sets, args));
    } catch (error) {
      if (!isRedisAway(error)) throw error;
      return 0;
    }
  }

  #release(set: string, place: string): void {
    const held = this.#held.get(set);
    if (!held?.delete(place)) return;
    if (held.size === 0) this.#held.delete(set);
    // Runs out by itself if this does not arrive.
    this.#redis.commands.zrem(set, place).catch(() => undefined);
  }

  #renewAll(): void {
    if (this.#redis.life() === undefined) return;
    for (const [set, places] of this.#held) {
      const all = [...places];
      for (let i = 0; i < all.length; i += MEMBERS_PER_COMMAND) {
        const some = all.slice(i, i + MEMBERS_PER_COMMAND);
        // In the same turn as it was read, so that no place that is given back meanwhile is taken again.
        this.#renew([set], [this.#leaseMilliseconds, ...some]).catch(() => undefined);
      }
    }
  }
}

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isRedisAway, type RedisConnection, type RedisScript } from "../redis/redis-connection.ts";
import { decodeBatch, encodeBatch, entriesAfter } from "./frame-batch.ts";
import {
  EpochLost,
  FencedOut,
  LogAway,
  type FrameLog,
  type LogAppend,
  type LogHead,
  type LogListener,
  type LogPage,
  type Promised,
} from "./frame-log.ts";
import { createGivenUpLines, type GivenUpLines } from "./given-up-lines.ts";
import { ABANDON, APPEND, OPEN, READ } from "./redis-frame-scripts.ts";
import { createFrameTails, type FrameTails } from "./redis-frame-tails.ts";

export interface RedisFrameLogOptions {
  /** Frames held per log, about. Default 1,000. */
  framesPerLog?: number;
  /** A log is forgotten this long after its last frame. Default 24 hours. */
  keepSeconds?: number;
  /** How long a writer waits for a server that is away before it goes on without a log. Default 5,000. */
  patienceMilliseconds?: number;
}

/** The frame log of many processes. Redis may lose it: its only truth is what the epoch says. */
export function createRedisFrameLog(redis: RedisConnection, options: RedisFrameLogOptions = {}): FrameLog {
  return new RedisFrameLog(redis, options);
}

const DAY_SECONDS = 24 * 60 * 60;
const RETRY_MILLISECONDS = 50;

const channelOf = (key: string) => `ameide:frames:{${key}}`;
const keysOf = (key: string) => [`ameide:frames:{${key}}:head`, `ameide:frames:{${key}}:stream`];

class RedisFrameLog implements FrameLog {
  readonly #redis: RedisConnection;
  readonly #options: Required<RedisFrameLogOptions>;
  readonly #tails: FrameTails;
  readonly #givenUp: GivenUpLines = createGivenUpLines();
  readonly #scripts: Record<"open" | "append" | "read" | "abandon", RedisScript>;

  constructor(redis: RedisConnection, options: RedisFrameLogOptions) {
    const { framesPerLog = 1000, keepSeconds = DAY_SECONDS, patienceMilliseconds = 5000 } = options;
    this.#redis = redis;
    this.#options = { framesPerLog, keepSeconds, patienceMilliseconds };
    this.#tails = createFrameTails(redis, channelOf);
    this.#scripts = {
      open: redis.script("ameideFramesOpen", OPEN),
      append: redis.script("ameideFramesAppend", APPEND),
      read: redis.script("ameideFramesRead", READ),
      abandon: redis.script("ameideFramesAbandon", ABANDON),
    };
  }

  async open(key: string, fence = 0, promised?: Promised): Promise<LogHead> {
    const attempt = async () => {
      const epoch = randomBytes(8).toString("hex");
      const place = [promised?.epoch ?? "", promised?.seq ?? 0];
      const args = [epoch, this.#life(key), fence, ...place, this.#options.keepSeconds];
      return this.#scripts.open(keysOf(key), args);
    };
    // Only a writer can go on without a log; a reader is better off with the database.
    const patience = fence > 0 ? this.#options.patienceMilliseconds : 0;
    const reply = await this.#persist(key, patience, attempt).catch((error: unknown) => {
      if (fence > 0 && error instanceof LogAway) return undefined;
      throw error;
    });
    if (reply === undefined) return { epoch: this.#givenUp.newLine(), oldestSeq: 1, nextSeq: 1 };
    if (textOf(reply) === "FENCED") throw new FencedOut(key);
    return headOf(reply);
  }

  async append(key: string, frames: LogAppend): Promise<void> {
    const { epoch } = frames;
    if (this.#givenUp.has(key, epoch)) return this.#appendToGivenUp(key, epoch);
    try {
      const { patienceMilliseconds } = this.#options;
      const reply = await this.#persist(key, patienceMilliseconds, () => this.#append(key, frames));
      refuse(key, textOf(reply), frames);
    } catch (error) {
      if (!(error instanceof LogAway)) throw error;
      this.#givenUp.add(key, epoch);
    }
  }

  async read(key: string, afterSeq: number, limit: number): Promise<LogPage | undefined> {
    const heard = this.#tails.read(key, afterSeq, limit);
    if (heard) return heard;
    const reply = await this.#persist(key, 0, () => this.#scripts.read(keysOf(key), [afterSeq + 1, limit]));
    if (!Array.isArray(reply)) return undefined;
    const batches = reply.slice(3).map((bytes) => decodeBatch(bytes as Buffer));
    return { ...headOf(reply), entries: entriesAfter(batches, afterSeq, limit) };
  }

  subscribe(key: string, listener: LogListener): () => void {
    return this.#tails.watch(key, listener);
  }

  #append(key: string, { epoch, fence, firstSeq, frames }: LogAppend): Promise<unknown> {
    const { framesPerLog, keepSeconds } = this.#options;
    const nextSeq = firstSeq + frames.length;
    const oldestKept = Math.max(1, nextSeq - framesPerLog);
    const places = [epoch, fence, firstSeq, nextSeq, this.#life(key), nextSeq - 1, oldestKept, keepSeconds];
    const batch = encodeBatch({ epoch, firstSeq, frames });
    return this.#scripts.append(keysOf(key), [...places, channelOf(key), batch]);
  }

  /** Once the server is back, the line that misses frames must not be taken for a whole one. */
  async #appendToGivenUp(key: string, epoch: string): Promise<void> {
    if (this.#redis.life() === undefined) return;
    try {
      await this.#persist(key, 0, () => this.#scripts.abandon(keysOf(key), [epoch]));
    } catch (error) {
      if (error instanceof LogAway) return;
      throw error;
    }
    this.#givenUp.delete(key);
    throw new EpochLost(key);
  }

  /** Repeats a step, which must be harmless to repeat, while the server is away; then throws LogAway. */
  async #persist(key: string, patience: number, step: () => Promise<unknown>): Promise<unknown> {
    const deadline = performance.now() + patience;
    for (;;) {
      try {
        return await step();
      } catch (error) {
        if (!isRedisAway(error)) throw error;
        const left = deadline - performance.now();
        if (left <= 0) throw new LogAway(key, error);
        await sleep(Math.min(left, RETRY_MILLISECONDS));
        await this.#redis.whenUp(Math.max(0, deadline - performance.now()));
      }
    }
  }

  #life(key: string): string {
    const life = this.#redis.life();
    if (life === undefined) throw new LogAway(key);
    return life;
  }
}

function refuse(key: string, answer: string | undefined, { firstSeq }: LogAppend): void {
  if (answer === "LOST") throw new EpochLost(key);
  if (answer === "FENCED") throw new FencedOut(key);
  if (answer === "GAP") throw new RangeError(`seq ${firstSeq} leaves a gap in ${key}`);
}

const textOf = (reply: unknown) => (Buffer.isBuffer(reply) ? reply.toString("latin1") : undefined);

function headOf(reply: unknown): LogHead {
  const [epoch = "", nextSeq = "", oldestSeq = ""] = Array.isArray(reply)
    ? reply.slice(0, 3).map(String)
    : [];
  return { epoch, oldestSeq: Number(oldestSeq), nextSeq: Number(nextSeq) };
}

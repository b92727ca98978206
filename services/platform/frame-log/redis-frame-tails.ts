import type { Redis } from "ioredis";
import type { RedisConnection } from "../redis/redis-connection.ts";
import { decodeBatch, entriesAfter } from "./frame-batch.ts";
import type { FrameBatch, LogListener, LogPage } from "./frame-log.ts";

/** What is heard live of the logs that somebody in this process watches. */
export interface FrameTails {
  watch(key: string, listener: LogListener): () => void;
  /** A page of what was heard just now; undefined when it does not join on to a seq, or may be out of date. */
  read(key: string, afterSeq: number, limit: number): LogPage | undefined;
}

interface Tail {
  listeners: Set<LogListener>;
  /** Contiguous, all of one epoch. */
  batches: readonly FrameBatch[];
  heardAt: number;
}

/**
 * Whoever reads later than this reads the stream itself, so a lost message costs no more than that. Short, because what
 * is kept for longer moves to where collecting it is dear.
 */
const FRESH_MILLISECONDS = 100;
const BATCHES_PER_TAIL = 16;
const CHANNELS_PER_COMMAND = 500;
const NOTHING: readonly FrameBatch[] = [];

/** Hears the batches that appends publish. One subscription for each watched log, one connection for all. */
export function createFrameTails(redis: RedisConnection, channelOf: (key: string) => string): FrameTails {
  return new RedisFrameTails(redis, channelOf);
}

class RedisFrameTails implements FrameTails {
  readonly #redis: RedisConnection;
  readonly #channelOf: (key: string) => string;
  /** By channel. */
  readonly #tails = new Map<string, Tail>();
  /** What the server was told to send us. */
  readonly #subscribed = new Set<string>();
  /** Those that hold batches. */
  readonly #warm = new Set<Tail>();
  /** Channels whose subscription may have to change. */
  readonly #changed = new Set<string>();
  #subscriber: Redis | undefined;

  constructor(redis: RedisConnection, channelOf: (key: string) => string) {
    this.#redis = redis;
    this.#channelOf = channelOf;
  }

  watch(key: string, listener: LogListener): () => void {
    const channel = this.#channelOf(key);
    const tail = this.#tails.get(channel) ?? { listeners: new Set(), batches: NOTHING, heardAt: -Infinity };
    tail.listeners.add(listener);
    this.#tails.set(channel, tail);
    this.#change(channel);
    return () => {
      tail.listeners.delete(listener);
      if (tail.listeners.size > 0 || this.#tails.get(channel) !== tail) return;
      this.#tails.delete(channel);
      this.#change(channel);
    };
  }

  read(key: string, afterSeq: number, limit: number): LogPage | undefined {
    const tail = this.#tails.get(this.#channelOf(key));
    const first = tail?.batches[0];
    if (!tail || !first || performance.now() - tail.heardAt > FRESH_MILLISECONDS) return undefined;
    const nextSeq = endOf(tail);
    if (limit === 0 || afterSeq + 1 < first.firstSeq || afterSeq >= nextSeq) return undefined;
    // Nearly always it is the last one that is wanted.
    const from = tail.batches.findLastIndex((batch) => batch.firstSeq <= afterSeq + 1);
    const entries = entriesAfter(tail.batches.slice(from), afterSeq, limit);
    return { epoch: first.epoch, oldestSeq: first.firstSeq, nextSeq, entries };
  }

  /** Changes of one turn of the event loop go out together. */
  #change(channel: string): void {
    if (this.#changed.size === 0) setImmediate(() => this.#tell());
    this.#changed.add(channel);
  }

  #tell(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    const subscriber = (this.#subscriber ??= this.#connect());
    // Once it is ready, it is told everything.
    if (subscriber.status !== "ready") return;
    const isNew = (channel: string) => this.#tails.has(channel) && !this.#subscribed.has(channel);
    const isOver = (channel: string) => !this.#tails.has(channel) && this.#subscribed.delete(channel);
    const over = changed.filter(isOver);
    if (over.length > 0) subscriber.unsubscribe(...over).catch(() => undefined);
    this.#subscribe(subscriber, changed.filter(isNew));
  }

  #subscribe(subscriber: Redis, channels: readonly string[]): void {
    for (let i = 0; i < channels.length; i += CHANNELS_PER_COMMAND) {
      const some = channels.slice(i, i + CHANNELS_PER_COMMAND);
      for (const channel of some) this.#subscribed.add(channel);
      // Something may have been appended before the server knew of us.
      subscriber.subscribe(...some).then(
        () => some.forEach((channel) => this.#wake(channel)),
        () => undefined,
      );
    }
  }

  #connect(): Redis {
    const subscriber = this.#redis.subscriber();
    subscriber.on("ready", () => this.#subscribe(subscriber, [...this.#tails.keys()]));
    subscriber.on("close", () => {
      this.#subscribed.clear();
      for (const tail of this.#warm) this.#cool(tail);
    });
    subscriber.on("messageBuffer", (channel: Buffer, bytes: Buffer) =>
      this.#hear(channel.toString("latin1"), bytes),
    );
    const sweeper = setInterval(() => this.#sweep(), FRESH_MILLISECONDS).unref();
    subscriber.on("end", () => clearInterval(sweeper));
    return subscriber;
  }

  #hear(channel: string, bytes: Buffer): void {
    const tail = this.#tails.get(channel);
    if (!tail) return;
    const batch = decodeBatch(bytes);
    const joins = batch.epoch === tail.batches[0]?.epoch && batch.firstSeq <= endOf(tail);
    tail.batches = joins ? [...tail.batches.slice(1 - BATCHES_PER_TAIL), batch] : [batch];
    tail.heardAt = performance.now();
    if (notify(tail, batch)) this.#cool(tail);
    else this.#warm.add(tail);
  }

  #wake(channel: string): void {
    const tail = this.#tails.get(channel);
    if (tail) notify(tail);
  }

  /** What was heard is a view of what the socket received, with everybody else's frames in it. */
  #sweep(): void {
    const stale = performance.now() - FRESH_MILLISECONDS;
    for (const tail of this.#warm) if (tail.heardAt < stale) this.#cool(tail);
  }

  #cool(tail: Tail): void {
    tail.batches = NOTHING;
    this.#warm.delete(tail);
  }
}

/** Whether nobody needs to read what was appended any more. */
function notify({ listeners }: Tail, appended?: FrameBatch): boolean {
  let isTaken = true;
  for (const listener of listeners) isTaken = listener(appended) === true && isTaken;
  return isTaken;
}

/** The seq after the last one heard. Without batches, 0. */
function endOf({ batches }: Tail): number {
  const last = batches.at(-1);
  return last ? last.firstSeq + last.frames.length : 0;
}

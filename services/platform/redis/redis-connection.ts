import { Redis, ReplyError, type RedisOptions } from "ioredis";

/** A Lua script that runs in one step; takes keys, then arguments. Strings come back as bytes. */
export type RedisScript = (
  keys: readonly string[],
  args: readonly (string | number | Uint8Array)[],
) => Promise<unknown>;

/** One Redis server, which may be away for a while: commands fail at once then, nothing is queued for later. */
export interface RedisConnection {
  readonly commands: Redis;
  /**
   * Names the server process that is connected, so that one that restarted or took over is told apart; undefined
   * while none is.
   */
  life(): string | undefined;
  /** Resolves to whether a server is connected, at the latest after a time. */
  whenUp(milliseconds: number): Promise<boolean>;
  /** A connection of its own, for subscriptions; closed with this one. */
  subscriber(): Redis;
  script(name: string, lua: string): RedisScript;
  close(): void;
}

export interface RedisConnectionOptions {
  /** Told once when the server goes away and once when it is back. */
  warn?(message: string, details: Record<string, unknown>): void;
  /** A server that says nothing for this long is taken for gone. Default 2,000. */
  silenceMilliseconds?: number;
}

const MAX_RETRY_MILLISECONDS = 1000;
const SILENCE_MILLISECONDS = 2000;
const GREETING_FACTOR = 5;

/** Begins to connect, and again whenever the connection is lost. */
export function openRedis(url: string, options: RedisConnectionOptions = {}): RedisConnection {
  const { warn = () => undefined, silenceMilliseconds = SILENCE_MILLISECONDS } = options;
  const settings: RedisOptions = {
    connectTimeout: silenceMilliseconds,
    // For servers that do not even greet; the others are asked, see keepAlive.
    socketTimeout: GREETING_FACTOR * silenceMilliseconds,
    enableOfflineQueue: false,
    autoResubscribe: false,
    // What was sent and not answered fails when the connection does; whoever sent it knows whether to repeat it.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(50 * 2 ** times, MAX_RETRY_MILLISECONDS) * (0.5 + Math.random() / 2),
    // A server that was demoted keeps its connections.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
  };
  const commands = new Redis(url, settings);
  keepAlive(commands, silenceMilliseconds);
  const presence = watchPresence(commands, warn);
  const subscribers: Redis[] = [];
  return {
    commands,
    life: () => presence.life,
    whenUp: presence.whenUp,
    subscriber() {
      const subscriber = new Redis(url, settings);
      keepAlive(subscriber, silenceMilliseconds);
      subscriber.on("error", () => undefined);
      subscribers.push(subscriber);
      return subscriber;
    },
    script: (name, lua) => defineScript(commands, name, lua),
    close() {
      presence.close();
      for (const redis of [commands, ...subscribers]) redis.disconnect();
    },
  };
}

/** Whether an error says that the server cannot serve us now: it cannot be reached, or it refuses what it should do. */
export function isRedisAway(error: unknown): boolean {
  const isReply = error instanceof Error && error instanceof ReplyError;
  return !isReply || AWAY_REPLY.test(error.message);
}

const AWAY_REPLY = /\b(LOADING|READONLY|MASTERDOWN|OOM|BUSY|CLUSTERDOWN|MISCONF|NOREPLICAS|TRYAGAIN)\b/;

interface Presence {
  life: string | undefined;
  whenUp(milliseconds: number): Promise<boolean>;
  close(): void;
}

function watchPresence(redis: Redis, warn: NonNullable<RedisConnectionOptions["warn"]>): Presence {
  const waiting = new Set<(isUp: boolean) => void>();
  let failure: unknown;
  let isMissed = false;
  const presence: Presence = {
    life: undefined,
    whenUp(milliseconds) {
      if (presence.life !== undefined) return Promise.resolve(true);
      return new Promise((resolve) => {
        const told = (isUp: boolean) => {
          clearTimeout(timer);
          waiting.delete(told);
          resolve(isUp);
        };
        const timer = setTimeout(told, milliseconds, false);
        waiting.add(told);
      });
    },
    close() {
      for (const told of waiting) told(false);
      isMissed = true;
    },
  };
  redis.on("error", (error) => {
    failure = error;
  });
  redis.on("ready", () => {
    const stream = redis.stream;
    redis.info("server").then(
      (info) => {
        // Only of the connection that was asked: the next one may lead to another server.
        if (redis.status !== "ready" || redis.stream !== stream) return;
        presence.life = /^run_id:(\S*)/m.exec(info)?.[1] ?? "";
        if (isMissed) warn("Redis is back", {});
        isMissed = false;
        for (const told of waiting) told(true);
      },
      () => redis.disconnect(true),
    );
  });
  redis.on("close", () => {
    presence.life = undefined;
    if (!isMissed) warn("Redis is away", { err: failure });
    isMissed = true;
  });
  return presence;
}

/** Asks the server again and again whether it is there, and gives the connection up when no answer comes. */
function keepAlive(redis: Redis, silenceMilliseconds: number): void {
  const timer = setInterval(() => {
    if (redis.status !== "ready") return;
    const { stream } = redis;
    let isAnswered = false;
    const answered = () => {
      isAnswered = true;
      clearTimeout(late);
    };
    const judge = () => isAnswered || stream.destroy(new Error("Redis does not answer"));
    // Timers run before sockets are read: a process that was busy itself first hears what came meanwhile.
    const late = setTimeout(() => setImmediate(judge), silenceMilliseconds);
    late.unref();
    redis.ping().then(answered, answered);
  }, silenceMilliseconds / 2);
  timer.unref();
  redis.on("end", () => clearInterval(timer));
}

/** What is sent in one turn of the event loop goes out in one system call, which costs more than the script. */
function sendTogether(stream: Redis["stream"] | undefined): void {
  if (!stream || stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

function defineScript(redis: Redis, name: string, lua: string): RedisScript {
  redis.defineCommand(name, { lua });
  const defined = redis as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  return (keys, args) => {
    const run = defined[`${name}Buffer`];
    if (!run) throw new TypeError(`the script ${name} is not defined`);
    sendTogether(redis.stream);
    return run.call(redis, keys.length, ...keys, ...args);
  };
}

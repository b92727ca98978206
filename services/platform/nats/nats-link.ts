import { setTimeout as sleep } from "node:timers/promises";
import { connect, Events, type ConnectionOptions, type NatsConnection } from "nats";
import type { Log } from "../telemetry/log.ts";

/** The process's connection to NATS, which is looked for until it is there and again whenever it is lost. */
export interface NatsLink {
  /** Undefined while NATS is away: what would be published then is dropped, not kept. */
  readonly connection: NatsConnection | undefined;
  /** How often a connection was made. */
  readonly epoch: number;
  /** Calls `listener` after each connection that is made, with a new or the same object. */
  onUp(listener: (connection: NatsConnection) => void): () => void;
  /** Whether NATS answers; for readiness. */
  answers(): Promise<boolean>;
  close(): Promise<void>;
}

const RETRY_MILLISECONDS = 500;
/** A server that is silent for three of these is gone. */
const PING_MILLISECONDS = 5000;
const CONNECT_MILLISECONDS = 3000;
const FLUSH_MILLISECONDS = 1000;

/** Returns at once, connected or not: the program starts without NATS, and says so in its readiness. */
export function connectNats(url: string, log: Pick<Log, "info" | "warn">): NatsLink {
  return new HealingLink(url, log);
}

class HealingLink implements NatsLink {
  readonly #options: ConnectionOptions;
  readonly #log: Pick<Log, "info" | "warn">;
  readonly #listeners = new Set<(connection: NatsConnection) => void>();
  readonly #closing = new AbortController();
  readonly #living: Promise<void>;
  #made: NatsConnection | undefined;
  #isUp = false;
  #isOutageTold = false;
  #epoch = 0;

  constructor(url: string, log: Pick<Log, "info" | "warn">) {
    this.#options = optionsOf(url);
    this.#log = log;
    this.#living = this.#live();
  }

  get connection(): NatsConnection | undefined {
    return this.#isUp ? this.#made : undefined;
  }

  get epoch(): number {
    return this.#epoch;
  }

  onUp(listener: (connection: NatsConnection) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async answers(): Promise<boolean> {
    await this.connection?.flush();
    return this.#isUp;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    // What was said last, as that a run is due again, leaves with the next turn; a server that hangs is not waited for.
    if (this.#isUp) await Promise.race([this.#flush(), sleep(FLUSH_MILLISECONDS, undefined, { ref: false })]);
    this.#isUp = false;
    await this.#made?.close();
    await this.#living;
  }

  async #flush(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.#made?.flush().catch(() => undefined);
  }

  async #live(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        await this.#watch(await connect(this.#options));
      } catch (error) {
        this.#down(error);
      }
      await sleep(RETRY_MILLISECONDS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  /** Until the connection is closed; the library heals what it can. */
  async #watch(connection: NatsConnection): Promise<void> {
    this.#made = connection;
    if (this.#closing.signal.aborted) return connection.close();
    this.#up(connection);
    void this.#follow(connection);
    this.#down(await connection.closed());
  }

  /** Never ends: the library's iterator outlives the connection. */
  async #follow(connection: NatsConnection): Promise<void> {
    for await (const { type, data } of connection.status()) {
      if (type === Events.Disconnect) this.#down(data);
      if (type === Events.Reconnect) this.#up(connection);
    }
  }

  #up(connection: NatsConnection): void {
    this.#isUp = true;
    this.#epoch += 1;
    this.#isOutageTold = false;
    this.#log.info({ server: connection.getServer() }, "connected to NATS");
    for (const listener of this.#listeners) this.#tell(listener, connection);
  }

  /** A connection may be lost again while they hear of it; then there will be another. */
  #tell(listener: (connection: NatsConnection) => void, connection: NatsConnection): void {
    try {
      listener(connection);
    } catch (error) {
      this.#log.warn({ err: error }, "what uses NATS could not take up the new connection");
    }
  }

  #down(reason: unknown): void {
    this.#isUp = false;
    if (this.#isOutageTold || this.#closing.signal.aborted) return;
    this.#isOutageTold = true;
    const why = reason instanceof Error ? { err: reason } : {};
    this.#log.warn(
      why,
      "NATS is away: work goes on more slowly by looking at the database, until it is back",
    );
  }
}

/** The library takes no credentials from an address. */
function optionsOf(url: string): ConnectionOptions {
  const { username, password, protocol, host } = new URL(url);
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  return {
    servers: host,
    name: "ameide",
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MILLISECONDS,
    ignoreAuthErrorAbort: true,
    pingInterval: PING_MILLISECONDS,
    maxPingOut: 2,
    timeout: CONNECT_MILLISECONDS,
    // Who publishes a wake-up has woken its own listeners already.
    noEcho: true,
    ...(pass !== "" ? { user, pass } : user !== "" && { token: user }),
    ...(protocol === "tls:" && { tls: {} }),
  };
}

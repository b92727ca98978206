/** What the pool asks of a connection. */
export interface PooledConnection {
  /** Whether it can take another transaction. */
  readonly isUsable: boolean;
  /** Whether it is time for a new one. */
  readonly isWorn: boolean;
  /** Closes at once; statements under way fail. */
  destroy(): Promise<void>;
}

export interface PoolOptions<C> {
  open(): Promise<C>;
  /** Most connections held at a time. */
  size: number;
  /** How long to wait for a free one. Default 30 s. */
  waitMilliseconds?: number;
}

interface Waiter<C> {
  /** Stops the clock: its turn has come. */
  leave(): void;
  resolve(connection: C): void;
  reject(error: unknown): void;
}

/** No connection became free in time, or the pool was closed. */
export class NoConnection extends Error {
  readonly code = "53300";
}

/** Connections that are opened when needed, used by one caller at a time and replaced when broken or worn. */
export class ConnectionPool<C extends PooledConnection> {
  readonly #options: PoolOptions<C>;
  readonly #idle: C[] = [];
  readonly #busy = new Set<C>();
  readonly #waiting = new Set<Waiter<C>>();
  /** Opened or being opened. */
  #held = 0;
  #drained: (() => void) | undefined;
  #isClosed = false;

  constructor(options: PoolOptions<C>) {
    this.#options = options;
  }

  async use<T>(work: (connection: C) => Promise<T>): Promise<T> {
    const connection = await this.#acquire();
    try {
      return await work(connection);
    } finally {
      this.#release(connection);
    }
  }

  /** Lets what is under way finish for a while, then closes everything. */
  async close(graceMilliseconds: number): Promise<void> {
    this.#isClosed = true;
    for (const waiter of this.#waiting) this.#refuse(waiter, closed());
    await Promise.all(this.#idle.splice(0).map((connection) => connection.destroy()));
    if (this.#busy.size === 0) return;
    const drained = new Promise<void>((resolve) => (this.#drained = resolve));
    const timer = setTimeout(() => this.#drained?.(), graceMilliseconds);
    await drained;
    clearTimeout(timer);
    await Promise.all([...this.#busy].map((connection) => connection.destroy()));
  }

  #acquire(): Promise<C> {
    if (this.#isClosed) return Promise.reject(closed());
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.isUsable) return Promise.resolve(this.#lend(idle));
      this.#discard(idle);
    }
    return this.#held < this.#options.size ? this.#open() : this.#wait();
  }

  #lend(connection: C): C {
    this.#busy.add(connection);
    return connection;
  }

  async #open(): Promise<C> {
    this.#held += 1;
    try {
      const connection = await this.#options.open();
      if (!this.#isClosed) return this.#lend(connection);
      await connection.destroy();
      throw closed();
    } catch (error) {
      this.#held -= 1;
      this.#openForNext();
      throw error;
    }
  }

  #wait(): Promise<C> {
    const { waitMilliseconds = 30_000 } = this.#options;
    return new Promise((resolve, reject) => {
      const late = () =>
        this.#refuse(waiter, new NoConnection(`no database connection was free for ${waitMilliseconds} ms`));
      const timer = setTimeout(late, waitMilliseconds);
      const leave = () => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
      };
      const waiter: Waiter<C> = { leave, resolve, reject };
      this.#waiting.add(waiter);
    });
  }

  #refuse(waiter: Waiter<C>, error: unknown): void {
    waiter.leave();
    waiter.reject(error);
  }

  #release(connection: C): void {
    this.#busy.delete(connection);
    if (this.#isClosed || !connection.isUsable || connection.isWorn) {
      this.#discard(connection);
      this.#openForNext();
    } else {
      this.#handOver(connection);
    }
    if (this.#busy.size === 0) this.#drained?.();
  }

  #handOver(connection: C): void {
    const [next] = this.#waiting;
    next?.leave();
    if (next) next.resolve(this.#lend(connection));
    else this.#idle.push(connection);
  }

  #discard(connection: C): void {
    this.#held -= 1;
    void connection.destroy();
  }

  /** A place became free, but there is no connection to hand over. */
  #openForNext(): void {
    const [next] = this.#waiting;
    if (next === undefined || this.#isClosed || this.#held >= this.#options.size) return;
    next.leave();
    this.#open().then(next.resolve, next.reject);
  }
}

const closed = () => new NoConnection("the connections to the database are closed");

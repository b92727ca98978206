import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ConnectionPool, type PooledConnection, type PoolOptions } from "./connection-pool.ts";

class FakeConnection implements PooledConnection {
  isUsable = true;
  isWorn = false;
  isDestroyed = false;
  destroy(): Promise<void> {
    this.isDestroyed = true;
    return Promise.resolve();
  }
}

function fakePool(options: Partial<PoolOptions<FakeConnection>> = {}) {
  const opened: FakeConnection[] = [];
  const open = async () => {
    const connection = new FakeConnection();
    opened.push(connection);
    return connection;
  };
  return { pool: new ConnectionPool({ size: 2, open, ...options }), opened };
}

const held = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { until: () => promise, release: resolve };
};

describe("the connection pool", () => {
  it("opens no more than its size, and uses what it has", async () => {
    const { pool, opened } = fakePool();
    let most = 0;
    let now = 0;
    const work = async () => {
      most = Math.max(most, (now += 1));
      await sleep(1);
      now -= 1;
    };
    await Promise.all(Array.from({ length: 50 }, () => pool.use(work)));
    expect([most, opened.length]).toEqual([2, 2]);
  });

  it("serves who waits in turn", async () => {
    const { pool } = fakePool({ size: 1 });
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4].map((n) => pool.use(async () => void order.push(n))));
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it("refuses who has waited too long, and serves the others", async () => {
    const { pool } = fakePool({ size: 1, waitMilliseconds: 20 });
    const first = held();
    const using = pool.use(first.until);
    await expect(pool.use(async () => "late")).rejects.toThrow("no database connection was free for 20 ms");
    const next = pool.use(async () => "served");
    first.release();
    await using;
    expect(await next).toBe("served");
  });

  it.each(["isUsable", "isWorn"] as const)("replaces a connection by its %s", async (flag) => {
    const { pool, opened } = fakePool({ size: 1 });
    const spoil = pool.use(async (connection) => void (connection[flag] = flag === "isWorn"));
    const waiting = pool.use(async (connection) => connection);
    await spoil;
    expect(await waiting).toBe(opened[1]);
    expect(opened[0]?.isDestroyed).toBe(true);
  });

  it("drops what broke while it was idle", async () => {
    const { pool, opened } = fakePool();
    await pool.use(async (connection) => void setTimeout(() => (connection.isUsable = false)));
    await sleep(5);
    expect(await pool.use(async (connection) => connection)).toBe(opened[1]);
  });

  it("after failures to connect has as many places as before", async () => {
    let isDown = true;
    const open = () => (isDown ? Promise.reject(new Error("down")) : Promise.resolve(new FakeConnection()));
    const { pool } = fakePool({ open });
    const tries = await Promise.allSettled(Array.from({ length: 10 }, () => pool.use(async () => "x")));
    expect(tries.every(({ status }) => status === "rejected")).toBe(true);
    isDown = false;
    const both = [held(), held()];
    const using = both.map(({ until }) => pool.use(until));
    for (const { release } of both) release();
    await Promise.all(using);
  });

  it("a failing user gives its connection back", async () => {
    const { pool, opened } = fakePool({ size: 1 });
    await expect(pool.use(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await pool.use(async (connection) => connection)).toBe(opened[0]);
  });

  it("when closed lets users finish for a while, then takes their connection away", async () => {
    const { pool, opened } = fakePool();
    const [quick, endless] = [held(), held()];
    const using = [pool.use(quick.until), pool.use(endless.until)];
    await sleep(1);
    setTimeout(quick.release, 5);
    await pool.close(30);
    expect(opened.map(({ isDestroyed }) => isDestroyed)).toEqual([true, true]);
    await expect(pool.use(async () => "x")).rejects.toThrow("closed");
    endless.release();
    await Promise.all(using);
  });
});

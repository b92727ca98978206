import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newPostgresDatabase } from "../../testing/postgres-for-tests.ts";
import { available } from "../../testing/requirements.ts";
import { openPostgres } from "./postgres-driver.ts";
import type { Session, SqlDriver } from "./sql-driver.ts";

const PID = { text: "SELECT pg_backend_pid()", params: [] };
const LOST = /lost|CONNECTION_|ECONNRESET|EPIPE|terminating connection/;
const SLEEP = { text: "SELECT pg_sleep($1::float8)", params: [30] };

describe.skipIf(!available("postgres"))("a PostgreSQL server that fails", () => {
  let url: string;
  let other: SqlDriver;
  beforeAll(async () => {
    url = await newPostgresDatabase({ migrated: false });
    other = openPostgres(url, { poolSize: 1 });
  });
  afterAll(() => other.close());

  const kill = (pid: unknown) =>
    other.batch([{ text: "SELECT pg_terminate_backend($1::int)", params: [pid] }]);
  const pidOf = async (session: Session) => (await session.query(PID.text, []))[0]?.[0];
  const answers = async (driver: SqlDriver) => (await driver.batch([PID])).length === 1;

  async function withDriver(work: (driver: SqlDriver) => Promise<void>): Promise<void> {
    const driver = openPostgres(url, { poolSize: 1 });
    try {
      await work(driver);
    } finally {
      await driver.close();
    }
  }

  it("that ends a connection between two statements fails that transaction only", () =>
    withDriver(async (driver) => {
      const broken = driver.transaction([], async (session) => {
        await kill(await pidOf(session));
        await expect(session.query("SELECT 1", [])).rejects.toThrow(LOST);
        await expect(session.query("SELECT 2", [])).rejects.toThrow(LOST);
        return "not committed";
      });
      await expect(broken).rejects.toThrow(LOST);
      for (let i = 0; i < 20; i++) expect(await answers(driver)).toBe(true);
    }));

  it("that ends a connection during a statement fails that transaction only", () =>
    withDriver(async (driver) => {
      let pid: unknown;
      const broken = driver.transaction([], async (session) => {
        pid = await pidOf(session);
        const sleeping = Promise.all([
          session.query(SLEEP.text, SLEEP.params),
          session.query("SELECT 1", []),
        ]);
        setTimeout(() => void kill(pid), 50);
        await sleeping;
      });
      await expect(broken).rejects.toThrow(LOST);
      expect(await answers(driver)).toBe(true);
    }));

  it("that ends an idle connection is connected to again", () =>
    withDriver(async (driver) => {
      for (let i = 0; i < 5; i++) {
        const pid = (await driver.batch([PID]))[0]?.[0];
        await kill(pid);
        // The first may still find the dead connection.
        await driver.batch([PID]).catch(() => undefined);
        expect(await answers(driver)).toBe(true);
      }
    }));

  it("that is not there refuses at once, and so it does for those who wait", async () => {
    const driver = openPostgres(url.replace(/:\d+\//, ":1/"), { poolSize: 1 });
    const tries = await Promise.allSettled([1, 2, 3, 4].map(() => driver.batch([PID])));
    expect(tries.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "rejected"]);
    await driver.close();
  });

  it("that is cut off by the network and comes back is used again", async () => {
    const proxy = await startProxy(url);
    const driver = openPostgres(proxy.url, { poolSize: 4 });
    const burst = (n: number) =>
      Promise.allSettled(
        Array.from({ length: n }, (_, i) => driver.transaction([], (s) => s.query("SELECT $1::int", [i]))),
      );
    for (let round = 0; round < 10; round++) {
      const running = burst(40);
      await sleep(round * 2);
      proxy.cut();
      await running;
    }
    // A connection that was cut while nobody used it may fail one more caller before it is thrown away.
    const allAnswer = async () => (await burst(20)).every(({ status }) => status === "fulfilled");
    await expect.poll(allAnswer, { timeout: 10_000 }).toBe(true);
    await driver.close();
    await proxy.close();
  });

  it("a failing batch leaves a connection that others use without a trace of it", () =>
    withDriver(async (driver) => {
      await driver.script("CREATE TABLE kept (n int)");
      const insert = (n: number) => ({ text: "INSERT INTO kept VALUES ($1::int)", params: [n] });
      const failing = { text: "SELECT 1 / $1::int", params: [0] };
      for (let round = 0; round < 2; round++) {
        await expect(driver.batch([insert(1), failing, insert(2)])).rejects.toMatchObject({ code: "22012" });
        expect(await driver.batch([{ text: "SELECT * FROM kept", params: [] }])).toEqual([]);
      }
      await driver.batch([insert(1), insert(2)]);
      expect(await driver.batch([{ text: "SELECT * FROM kept", params: [] }])).toEqual([[1], [2]]);
      await driver.script("DROP TABLE kept");
    }));

  it("closing lets a statement under way finish and refuses new ones", async () => {
    const driver = openPostgres(url, { poolSize: 1 });
    const running = driver.batch([{ text: "SELECT pg_sleep(0.2), 'done'", params: [] }]);
    const waiting = driver.batch([PID]).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closing = driver.close();
    await expect(driver.batch([PID])).rejects.toThrow("the connections to the database are closed");
    expect(String(await waiting)).toContain("closed");
    expect(await running).toEqual([["", "done"]]);
    await closing;
  });
});

/** A door before the server that can be slammed. */
async function startProxy(
  target: string,
): Promise<{ url: string; cut: () => void; close: () => Promise<unknown> }> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket
        .on("error", () => undefined)
        .on("close", () => (sockets.delete(socket), near.destroy(), far.destroy()));
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(target);
  url.port = String((server.address() as { port: number }).port);
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const close = () => (cut(), new Promise((resolve) => server.close(resolve)));
  return { url: url.href, cut, close };
}

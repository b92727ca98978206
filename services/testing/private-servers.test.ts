import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startNats } from "./nats-server.ts";
import { startPostgres } from "./postgres-server.ts";
import type { PrivateServer } from "./private-server.ts";
import { startRedis } from "./redis-server.ts";
import { available, locate } from "./requirements.ts";
import { sharedNats, sharedRedis } from "./shared-servers.ts";

/** What a server says to these lines, a farewell among them; rejects when nobody listens. */
function say(url: string, lines: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(lines.map((line) => `${line}\r\n`).join(""));
  return text(socket);
}

describe.skipIf(!available("redis"))("a private Redis", () => {
  let redis: PrivateServer;
  beforeAll(async () => void (redis = await startRedis()));
  afterAll(() => redis.stop());
  const ask = (line: string) => say(redis.url, [line, "QUIT"]);

  it("killed and restarted has what it acknowledged, or nothing where that is asked for", async () => {
    expect(await ask("SET kept 1")).toContain("+OK");
    await redis.kill();
    await expect(ask("PING")).rejects.toThrow("ECONNREFUSED");
    await redis.restart();
    expect(await ask("GET kept")).toContain("$1\r\n1");
    await redis.restart({ empty: true });
    expect(await ask("GET kept")).toContain("$-1");
  });

  it("paused does not answer until it is resumed", async () => {
    redis.pause();
    const answer = ask("PING");
    expect(await Promise.race([answer, sleep(200, "silence")])).toBe("silence");
    redis.resume();
    expect(await answer).toContain("+PONG");
  });

  it("is another one than that of the whole test run", async () => {
    expect(await say(await sharedRedis(), ["PING", "QUIT"])).toContain("+PONG");
    expect(await sharedRedis()).not.toBe(redis.url);
  });
});

describe.skipIf(!available("postgres"))("a private PostgreSQL", () => {
  it("killed and restarted is where it was, with what it had", async () => {
    const server = await startPostgres(locate("postgres") ?? "");
    const url = await server.createDatabase();
    await server.kill();
    await expect(server.createDatabase()).rejects.toThrow("ECONNREFUSED");
    await server.restart();
    expect(new URL(await server.copyDatabase(url)).port).toBe(new URL(url).port);
    await server.stop();
  });
});

describe.skipIf(!available("nats"))("a private NATS server", () => {
  let nats: PrivateServer;
  beforeAll(async () => void (nats = await startNats()));
  afterAll(() => nats.stop());
  const greeting = (url: string) => say(url, ["no such verb"]);

  it("has JetStream and is back on its port after a kill", async () => {
    expect(await greeting(nats.url)).toContain('"jetstream":true');
    await nats.kill();
    await expect(greeting(nats.url)).rejects.toThrow("ECONNREFUSED");
    await nats.restart();
    expect(await greeting(nats.url)).toContain('"jetstream":true');
    expect(await greeting(await sharedNats())).toContain('"jetstream":true');
  });
});

import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { workQueueContract } from "../../testing/contracts/work-queue.ts";
import { isDown, isUp, natsLinks } from "../../testing/nats-links.ts";
import { startNats } from "../../testing/nats-server.ts";
import type { PrivateServer } from "../../testing/private-server.ts";
import { available } from "../../testing/requirements.ts";
import type { NatsLink } from "../nats/nats-link.ts";
import { createNatsWorkQueue } from "./nats-work-queue.ts";
import type { WorkQueue } from "./work-queue.ts";

const never = new AbortController().signal;

describe.skipIf(!available("nats"))("the work queue over JetStream", () => {
  let nats: PrivateServer;
  let count = 0;
  const warnings: string[] = [];
  const links = natsLinks(() => nats.url);
  beforeAll(async () => void (nats = await startNats()));
  afterAll(async () => {
    await links.closeAll();
    await nats.stop();
  });

  const log = { warn: (_: unknown, message: string) => void warnings.push(message) } as never;
  const joinAs = async (name: string): Promise<{ link: NatsLink; queue: WorkQueue }> => {
    const link = await links.open();
    return { link, queue: createNatsWorkQueue(link, { name, log }) };
  };
  const newName = () => `test${(count += 1)}`;
  const offered = () => ({ tenantId: uuidv7(), workId: uuidv7() });
  const take = (queue: WorkQueue, milliseconds: number, limit = 10) =>
    queue.take({ limit, milliseconds, signal: never });

  workQueueContract(async () => {
    const name = newName();
    return { join: async () => (await joinAs(name)).queue };
  });

  it("a hint whose taker was killed before it was done comes to another", async () => {
    const name = newName();
    const [dying, other] = [await joinAs(name), await joinAs(name)];
    const work = offered();
    other.queue.offer(work);
    expect(await take(dying.queue, 5000)).toMatchObject([work]);
    await dying.link.close();
    expect(await take(other.queue, 20_000)).toMatchObject([work]);
  });

  it("hints that a taker has not looked at when it leaves come to another at once", async () => {
    const name = newName();
    const [leaving, other] = [await joinAs(name), await joinAs(name)];
    const first = take(leaving.queue, 5000, 3);
    await sleep(100);
    other.queue.offer(offered());
    (await first).forEach((hint) => hint.done());
    // It has asked for two more.
    const works = [offered(), offered()];
    for (const work of works) other.queue.offer(work);
    await sleep(200);
    const leave = AbortSignal.abort();
    expect(await leaving.queue.take({ limit: 3, milliseconds: 5000, signal: leave })).toEqual([]);
    const rest = works.map(({ workId }) => workId);
    const seen: string[] = [];
    // Without giving back they come after five seconds.
    for (let i = 0; i < 6 && seen.length < rest.length; i++)
      seen.push(...(await take(other.queue, 500)).map(({ workId }) => workId));
    expect(seen.toSorted()).toEqual(rest.toSorted());
  });

  it("keeps its hints over a kill of NATS, and says meanwhile that it is not to be relied on", async () => {
    const { link, queue } = await joinAs(newName());
    const work = offered();
    queue.offer(work);
    while (!queue.isReliable()) await sleep(5);
    await sleep(50);
    await nats.kill();
    await isDown(link);
    expect(queue.isReliable()).toBe(false);
    // Nobody waits for it, and nothing is kept for it.
    queue.offer(offered());
    expect(await take(queue, 50)).toEqual([]);
    const waiting = take(queue, 20_000);
    await nats.restart();
    await isUp(link);
    expect(await waiting).toMatchObject([work]);
    expect(queue.isReliable()).toBe(true);
  });

  it("is declared anew on a server that has lost everything", async () => {
    const { link, queue } = await joinAs(newName());
    const waiting = take(queue, 20_000);
    await nats.restart({ empty: true });
    await isUp(link);
    const work = offered();
    await sleep(100);
    queue.offer(work);
    expect(await waiting).toMatchObject([work]);
  });

  it("is declared anew when somebody has deleted its stream", async () => {
    const name = newName();
    const { link, queue } = await joinAs(name);
    queue.offer(offered());
    expect(await take(queue, 5000)).toHaveLength(1);
    const manager = await link.connection?.jetstreamManager();
    await manager?.streams.delete(`AMEIDE_${name.toUpperCase()}`);
    let hints: unknown[] = [];
    for (let i = 0; i < 20 && hints.length === 0; i++) {
      queue.offer(offered());
      hints = await take(queue, 500);
    }
    expect(hints.length).toBeGreaterThan(0);
  });

  it("neither buffers nor waits while NATS hangs", async () => {
    const { link, queue } = await joinAs(newName());
    while (!queue.isReliable()) await sleep(5);
    nats.pause();
    const before = link.connection?.stats().outMsgs ?? 0;
    for (let i = 0; i < 5000; i++) queue.offer(offered());
    await sleep(50);
    expect((link.connection?.stats().outMsgs ?? 0) - before).toBeLessThanOrEqual(1000);
    expect(await take(queue, 50)).toEqual([]);
    nats.resume();
    while ((await take(queue, 200, 1000)).length === 0);
  });
});

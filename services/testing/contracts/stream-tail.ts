import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { createInProcessBus } from "../../platform/bus/in-process-bus.ts";
import { titleOf, eventFixture } from "./event-fixture.ts";
import { tailStream } from "../../platform/event-store/stream-tail.ts";
import type { GivenDatabase } from "../databases.ts";

/** What whoever watches one stream relies on. */
export function streamTailContract(given: GivenDatabase): void {
  const { events, bus, append } = eventFixture(() => given().database);
  const never = new AbortController().signal;

  function tail(
    tenant: string,
    after = 0,
    options: { signal?: AbortSignal; poll?: number; deaf?: boolean } = {},
  ) {
    const { signal = never, poll = 60_000, deaf = false } = options;
    const deps = {
      database: given().database,
      events,
      bus: deaf ? createInProcessBus() : bus,
      pollMilliseconds: poll,
    };
    return tailStream(deps, tenant, "s", after, signal);
  }
  async function take(
    following: AsyncGenerator<Parameters<typeof titleOf>[0]>,
    count: number,
  ): Promise<string[]> {
    const titles: string[] = [];
    while (titles.length < count) {
      const { value, done } = await following.next();
      if (done) break;
      titles.push(titleOf(value));
    }
    return titles;
  }

  it("gives what is there after the version, then what comes", async () => {
    const tenant = uuidv7();
    await append(tenant, "s", 0, "1", "2", "3");
    const following = tail(tenant, 1);
    expect(await take(following, 2)).toEqual(["2", "3"]);
    const next = take(following, 2);
    await append(tenant, "s", 3, "4");
    await append(tenant, "s", 4, "5");
    expect(await next).toEqual(["4", "5"]);
    await following.return(undefined);
  });

  it("has no gap and no repeat between backlog and live, whenever the writer writes", async () => {
    const tenant = uuidv7();
    const titles = Array.from({ length: 60 }, (_, i) => String(i));
    const writing = (async () => {
      for (const [i, title] of titles.entries()) await append(tenant, "s", i, title);
    })();
    const readers = Array.from({ length: 5 }, async (_, i) => {
      await sleep(i * 7);
      const following = tail(tenant, i);
      const seen = await take(following, titles.length - i);
      await following.return(undefined);
      return seen;
    });
    const seen = await Promise.all(readers);
    await writing;
    expect(seen).toEqual(readers.map((_, i) => titles.slice(i)));
  });

  it("gives a backlog of many pages whole", async () => {
    const tenant = uuidv7();
    const titles = Array.from({ length: 1234 }, (_, i) => String(i));
    await append(tenant, "s", 0, ...titles);
    const following = tail(tenant);
    expect(await take(following, titles.length)).toEqual(titles);
    await following.return(undefined);
  });

  it("ends when the signal aborts: while it waits, and in the middle of a backlog", async () => {
    const tenant = uuidv7();
    const waiting = new AbortController();
    const silent = take(tail(tenant, 0, { signal: waiting.signal }), 1);
    await sleep(20);
    waiting.abort();
    expect(await silent).toEqual([]);

    await append(tenant, "s", 0, "1", "2", "3");
    const reading = new AbortController();
    const following = tail(tenant, 0, { signal: reading.signal });
    expect(await take(following, 1)).toEqual(["1"]);
    reading.abort();
    expect(await take(following, 1)).toEqual([]);
  });

  it("an aborted signal gives nothing at all", async () => {
    const tenant = uuidv7();
    await append(tenant, "s", 0, "1");
    expect(await take(tail(tenant, 0, { signal: AbortSignal.abort() }), 1)).toEqual([]);
  });

  it("finds events whose wake-up was lost, when it polls", async () => {
    const tenant = uuidv7();
    const following = tail(tenant, 0, { deaf: true, poll: 20 });
    const next = take(following, 1);
    await sleep(30);
    await append(tenant, "s", 0, "quiet");
    expect(await next).toEqual(["quiet"]);
    await following.return(undefined);
  });

  it("unsubscribes when the caller leaves", async () => {
    const tenant = uuidv7();
    await append(tenant, "s", 0, "1");
    let subscribed = 0;
    const counting = {
      ...bus,
      subscribe(subject: string, listener: () => void) {
        subscribed += 1;
        const unsubscribe = bus.subscribe(subject, listener);
        return () => ((subscribed -= 1), unsubscribe());
      },
    };
    for await (const event of tailStream(
      { database: given().database, events, bus: counting },
      tenant,
      "s",
      0,
      never,
    )) {
      expect(titleOf(event)).toBe("1");
      expect(subscribed).toBe(1);
      break;
    }
    expect(subscribed).toBe(0);
  });
}

import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { FEED_START, readFeed, type FeedCheckpoint } from "../../platform/event-store/feed.ts";
import { followFeed } from "../../platform/event-store/follow-feed.ts";
import type { StoredEvent } from "../../platform/event-store/event-store.ts";
import type { GivenDatabase } from "../databases.ts";
import { CAUSE, eventFixture, REGISTRY, titled, titlesOf } from "./event-fixture.ts";

const keyOf = ({ tenantId, streamId, version }: StoredEvent) => `${tenantId} ${streamId} ${version}`;

/** What whoever follows all events relies on. */
export function feedContract(given: GivenDatabase): void {
  const { append, bus } = eventFixture(() => given().database);
  const readAfter = (after: FeedCheckpoint, limit?: number) =>
    readFeed({ database: given().database, registry: REGISTRY }, after, limit);
  const now = async () => {
    let checkpoint = FEED_START;
    for (;;) {
      const page = await readAfter(checkpoint);
      if (page.events.length === 0) return checkpoint;
      checkpoint = page.checkpoint;
    }
  };

  it("shows the events of all tenants in the order of their transactions", async () => {
    const start = await now();
    const [one, other] = [uuidv7(), uuidv7()];
    await append(one, "s", 0, "1", "2");
    await append(other, "s", 0, "3");
    await append(one, "s", 2, "4");
    const { events } = await readAfter(start);
    expect(titlesOf(events)).toEqual(["1", "2", "3", "4"]);
    expect(events.map(({ tenantId }) => tenantId)).toEqual([one, one, other, one]);
  });

  it("is followed from a checkpoint, then live, until the follower leaves", async () => {
    const start = await now();
    const tenant = uuidv7();
    await append(tenant, "s", 0, "before");
    const leave = new AbortController();
    const deps = { database: given().database, registry: REGISTRY, bus, pollMilliseconds: 60_000 };
    const titles: string[] = [];
    for await (const { events } of followFeed(deps, start, leave.signal)) {
      titles.push(...titlesOf(events));
      // Only a wake-up brings the second one: the poll is a minute away.
      if (titles.length === 1) setTimeout(() => void append(tenant, "s", 1, "live"), 20);
      else leave.abort();
    }
    expect(titles).toEqual(["before", "live"]);
  });

  it("goes on from any checkpoint, one event at a time or many", async () => {
    const start = await now();
    const titles = ["a", "b", "c", "d", "e"];
    await append(uuidv7(), "s", 0, ...titles);
    const seen: StoredEvent[] = [];
    let checkpoint = start;
    for (const limit of [1, 2, 1, 10]) {
      const page = await readAfter(structuredClone(checkpoint), limit);
      seen.push(...page.events);
      ({ checkpoint } = page);
    }
    expect(titlesOf(seen)).toEqual(titles);
    expect(await readAfter(checkpoint)).toEqual({ events: [], checkpoint });
  });
}

/** What needs transactions that are open at the same time. */
export function concurrentFeedContract(given: GivenDatabase): void {
  const { append, events } = eventFixture(() => given().database);
  const readAfter = (after: FeedCheckpoint) =>
    readFeed({ database: given().database, registry: REGISTRY }, after);

  // Seen to fail, as the next one, when the feed shows transactions that are younger than an open one.
  it("does not pass over a transaction that is still open: its events come once, in their place", async () => {
    const tenant = uuidv7();
    const inserted = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const slow = given().database.transaction(tenant, async (tx) => {
      await events.append(tx, [{ streamId: "slow", expectedVersion: 0, events: titled("slow") }], CAUSE);
      inserted.resolve();
      await mayCommit.promise;
    });
    await inserted.promise;
    for (const title of ["fast 1", "fast 2"]) await append(tenant, title, 0, title);

    const early = await readAfter(FEED_START);
    mayCommit.resolve();
    await slow;
    const late = await readAfter(early.checkpoint);

    expect(titlesOf(early.events)).toEqual([]);
    expect(titlesOf(late.events)).toEqual(["slow", "fast 1", "fast 2"]);
  });

  it("shows every event exactly once while eight writers commit, long transactions among them", async () => {
    let checkpoint = (await readAfter(FEED_START)).checkpoint;
    const seen: string[] = [];
    let isWriting = true;
    const follow = async () => {
      for (;;) {
        const wasWriting = isWriting;
        const page = await readAfter(checkpoint);
        seen.push(...page.events.map(keyOf));
        ({ checkpoint } = page);
        if (page.events.length === 0 && !wasWriting) return;
      }
    };
    const write = async (writer: number) => {
      const tenant = uuidv7();
      const written: string[] = [];
      for (let i = 0; i < 40; i++) {
        const stored = await given()
          .database.transaction(tenant, async (tx) => {
            const streamId = `w${writer}-${i}`;
            const first = await events.append(
              tx,
              [{ streamId, expectedVersion: 0, events: titled("a") }],
              CAUSE,
            );
            if (i % 4 === 0) await new Promise((resolve) => setTimeout(resolve, (writer * 7 + i) % 10));
            const second = await events.append(
              tx,
              [{ streamId, expectedVersion: 1, events: titled("b") }],
              CAUSE,
            );
            if (i % 10 === 9) throw new Error("rolled back");
            return [...first, ...second];
          })
          .catch(() => []);
        written.push(...stored.map(keyOf));
      }
      return written;
    };
    const following = follow();
    const written = (await Promise.all(Array.from({ length: 8 }, (_, i) => write(i)))).flat();
    isWriting = false;
    await following;
    expect(seen).toHaveLength(written.length);
    expect(seen.toSorted()).toEqual(written.toSorted());
  });
}

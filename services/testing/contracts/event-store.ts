import { createRegistry } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { createInProcessBus } from "../../platform/bus/in-process-bus.ts";
import {
  createEventStore,
  FEED_SUBJECT,
  streamSubject,
  StreamVersionConflict,
} from "../../platform/event-store/event-store.ts";
import type { GivenDatabase } from "../databases.ts";
import { CAUSE, eventFixture, REGISTRY, TIME, titled, titlesOf } from "./event-fixture.ts";

/** What the event store promises on every database. */
export function eventStoreContract(given: GivenDatabase): void {
  const { events, bus, append } = eventFixture(() => given().database);
  const read = (tenantId: string, streamId: string, options?: Parameters<typeof events.read>[2]) =>
    events.read(given().database.reader(tenantId), streamId, options);

  describe("appending", () => {
    it("stores events in order, with dense versions from 1", async () => {
      const tenant = uuidv7();
      const returned = await append(tenant, "s", 0, "a", "b");
      await append(tenant, "s", 2, "c");
      const stored = await read(tenant, "s");
      expect(stored.map(({ version }) => version)).toEqual([1, 2, 3]);
      expect(titlesOf(stored)).toEqual(["a", "b", "c"]);
      expect(stored.slice(0, 2)).toEqual(returned);
    });

    it("keeps who caused an event, and when; each event has an id of its own", async () => {
      const tenant = uuidv7();
      const cause = { userId: "bob", requestId: uuidv7(), traceId: "f".repeat(32) };
      await given().database.transaction(tenant, (tx) =>
        events.append(tx, [{ streamId: "s", expectedVersion: 0, events: titled("a", "b") }], cause),
      );
      const stored = await read(tenant, "s");
      for (const event of stored) {
        expect(event).toMatchObject({ tenantId: tenant, streamId: "s", time: TIME, metadata: cause });
      }
      expect(new Set(stored.map(({ metadata }) => metadata.eventId)).size).toBe(2);
    });

    it("an append of nothing is no event", async () => {
      const tenant = uuidv7();
      expect(await append(tenant, "s", 0)).toEqual([]);
      expect(await read(tenant, "s")).toEqual([]);
    });

    it.each([
      ["that is behind", 1],
      ["that says the stream is new", 0],
    ])("an expected version %s is a conflict, and nothing is stored", async (_, expected) => {
      const tenant = uuidv7();
      await append(tenant, "s", 0, "a", "b");
      await expect(append(tenant, "s", expected, "c", "d", "e")).rejects.toBeInstanceOf(
        StreamVersionConflict,
      );
      expect(titlesOf(await read(tenant, "s"))).toEqual(["a", "b"]);
    });

    it("over several streams stores all or nothing", async () => {
      const tenant = uuidv7();
      await append(tenant, "taken", 0, "x");
      const both = (version: number) =>
        given().database.transaction(tenant, (tx) =>
          events.append(
            tx,
            [
              { streamId: "new", expectedVersion: 0, events: titled("a") },
              { streamId: "taken", expectedVersion: version, events: titled("b") },
            ],
            CAUSE,
          ),
        );
      await expect(both(0)).rejects.toThrow("another writer was faster on new, taken");
      expect(await read(tenant, "new")).toEqual([]);
      await both(1);
      expect(titlesOf(await read(tenant, "new"))).toEqual(["a"]);
      expect(titlesOf(await read(tenant, "taken"))).toEqual(["x", "b"]);
    });

    it("of many writers at one version exactly one wins", async () => {
      const tenant = uuidv7();
      const tries = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => append(tenant, "s", 0, `writer ${i}`)),
      );
      const lost = tries.filter((t) => t.status === "rejected");
      expect(lost).toHaveLength(19);
      for (const { reason } of lost) expect(reason).toBeInstanceOf(StreamVersionConflict);
      expect(await read(tenant, "s")).toHaveLength(1);
    });

    it("events of a transaction that is rolled back were never there", async () => {
      const tenant = uuidv7();
      const work = given().database.transaction(tenant, async (tx) => {
        await events.append(tx, [{ streamId: "s", expectedVersion: 0, events: titled("a") }], CAUSE);
        expect(titlesOf(await events.read(tx, "s"))).toEqual(["a"]);
        throw new Error("no");
      });
      await expect(work).rejects.toThrow("no");
      expect(await read(tenant, "s")).toEqual([]);
    });

    it.each([
      ["unicode", "grüße 漢字 🦊 \u202E e\u0301"],
      ["the character zero and quotes", "a\0b'\"\\;--"],
      ["the empty text", ""],
      ["a mebibyte", "x".repeat(1 << 20)],
      ["what looks like SQL", "'); DROP TABLE events; --"],
    ])("%s comes back as it was", async (_, title) => {
      const tenant = uuidv7();
      await append(tenant, `stream ${title.slice(0, 20).replaceAll("\0", "")}`, 0, title);
      const stored = await read(tenant, `stream ${title.slice(0, 20).replaceAll("\0", "")}`);
      expect(titlesOf(stored)).toEqual([title]);
    });

    it("a thousand events at once are one append", async () => {
      const tenant = uuidv7();
      await append(tenant, "s", 0, ...Array.from({ length: 1000 }, (_, i) => String(i)));
      expect((await read(tenant, "s")).at(-1)).toMatchObject({ version: 1000 });
    });
  });

  describe("reading", () => {
    it("goes forward after a version and backward before one, within a limit", async () => {
      const tenant = uuidv7();
      await append(tenant, "s", 0, "1", "2", "3", "4", "5");
      const backwards = (options: { before?: number; limit: number }) =>
        events.readBackwards(given().database.reader(tenant), "s", options);
      expect(titlesOf(await read(tenant, "s", { afterVersion: 2 }))).toEqual(["3", "4", "5"]);
      expect(titlesOf(await read(tenant, "s", { afterVersion: 1, limit: 2 }))).toEqual(["2", "3"]);
      expect(await read(tenant, "s", { afterVersion: 5 })).toEqual([]);
      expect(titlesOf(await backwards({ limit: 2 }))).toEqual(["5", "4"]);
      expect(titlesOf(await backwards({ before: 3, limit: 10 }))).toEqual(["2", "1"]);
      expect(await backwards({ before: 1, limit: 10 })).toEqual([]);
    });

    it("a stream that nobody wrote to is empty", async () => {
      expect(await read(uuidv7(), "nothing")).toEqual([]);
    });

    it("an event whose type nobody knows any more is an error, not a gap", async () => {
      const tenant = uuidv7();
      await append(tenant, "s", 0, "a");
      const ignorant = createEventStore({ bus, registry: createRegistry(), now: () => TIME });
      const reading = ignorant.read(given().database.reader(tenant), "s");
      await expect(reading).rejects.toThrow("no event type ameide.events.v1.ChatRenamed is registered");
    });
  });

  describe("tenants", () => {
    it("never see each other's events, whichever stream they name", async () => {
      const [mine, theirs] = [uuidv7(), uuidv7()];
      await append(theirs, "same", 0, "theirs");
      await append(mine, "same", 0, "mine");
      expect(titlesOf(await read(mine, "same"))).toEqual(["mine"]);
      const reader = given().database.reader(mine);
      const all = await reader.query("SELECT DISTINCT tenant_id FROM events", []);
      expect(all).toEqual([[mine]]);
      // Even when a query names the other tenant, the database shows nothing.
      const foreign = { ...reader, tenantId: theirs };
      expect(await events.read(foreign, "same")).toEqual([]);
    });

    it("cannot write into each other's streams", async () => {
      const [mine, theirs] = [uuidv7(), uuidv7()];
      const work = given().database.transaction(mine, (tx) =>
        events.append(
          { ...tx, tenantId: theirs },
          [{ streamId: "s", expectedVersion: 0, events: titled("a") }],
          CAUSE,
        ),
      );
      await expect(work).rejects.toMatchObject({ code: "42501" });
      expect(await read(theirs, "s")).toEqual([]);
    });

    it.each([
      ["UPDATE events SET type = 'forged'", "update"],
      ["DELETE FROM events", "delete"],
      ["TRUNCATE events", "truncate"],
    ])("cannot change history: %s", async (text) => {
      const tenant = uuidv7();
      await append(tenant, "s", 0, "a");
      const work = given().database.transaction(tenant, (tx) => tx.query(text, []));
      await expect(work).rejects.toMatchObject({ code: "42501" });
      const asSystem = given().database.systemTransaction((tx) => tx.query(text, []));
      await expect(asSystem).rejects.toMatchObject({ code: "42501" });
    });

    it("without a tenant nothing is seen", async () => {
      await append(uuidv7(), "s", 0, "a");
      expect(await given().driver.batch([{ text: "SELECT * FROM events", params: [] }])).toEqual([]);
    });
  });

  it("wake-ups are published after the commit, one for each stream and one for the feed", async () => {
    const tenant = uuidv7();
    const heard: string[] = [];
    const noting = { ...createInProcessBus(), publish: (subject: string) => void heard.push(subject) };
    const store = createEventStore({ bus: noting, registry: REGISTRY, now: () => TIME });
    const appends = ["a", "b"].map((streamId) => ({ streamId, expectedVersion: 0, events: titled("x") }));
    await given().database.transaction(tenant, async (tx) => {
      await store.append(tx, appends, CAUSE);
      expect(heard).toEqual([]);
    });
    expect(heard).toEqual([streamSubject(tenant, "a"), streamSubject(tenant, "b"), FEED_SUBJECT]);
  });
}

import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CAUSE, eventFixture, REGISTRY, titled } from "../../testing/contracts/event-fixture.ts";
import { onPostgres } from "../../testing/databases.ts";
import { isDown, isUp, natsLinks } from "../../testing/nats-links.ts";
import { startNats } from "../../testing/nats-server.ts";
import type { PrivateServer } from "../../testing/private-server.ts";
import { messagesIn, publishedEvents } from "../../testing/published-events.ts";
import { available } from "../../testing/requirements.ts";
import type { NatsLink } from "../nats/nats-link.ts";
import { createNatsEventPublisher } from "../nats/nats-event-publisher.ts";
import { startEventRelay, type EventRelay, type EventRelayDeps } from "./event-relay.ts";
import { replayEvents } from "./replay-events.ts";

const QUICK_LEASE = 0.4;

describe.skipIf(!available("nats"))("the event relay", () => {
  onPostgres((given) => {
    const fixture = eventFixture(() => given().database);
    const { append, events } = fixture;
    let nats: PrivateServer;
    let link: NatsLink;
    const links = natsLinks(() => nats.url);
    const relays: EventRelay[] = [];
    const warnings: string[] = [];
    const log = {
      info: () => undefined,
      warn: (_: unknown, message: string) => void warnings.push(message),
    } as unknown as EventRelayDeps["log"];

    beforeAll(async () => void (nats = await startNats()));
    beforeEach(async () => void (link = await links.open()));
    afterEach(async () => {
      await Promise.all(relays.splice(0).map((relay) => relay.stop()));
      await links.closeAll();
    });
    afterAll(() => nats.stop());

    const depsOn = (on: NatsLink): EventRelayDeps => ({
      database: given().database,
      registry: REGISTRY,
      bus: fixture.bus,
      publisher: createNatsEventPublisher(on, { registry: REGISTRY }),
      log,
      leaseSeconds: QUICK_LEASE,
    });
    const start = (deps: Partial<EventRelayDeps> = {}) => {
      const relay = startEventRelay({ ...depsOn(link), ...deps });
      relays.push(relay);
      return relay;
    };
    const published = async (tenant: string, count: number) => {
      for (let i = 0; i < 500; i++) {
        const seen = await publishedEvents(link, tenant).catch(() => []);
        if (seen.length >= count) return seen;
        await sleep(20);
      }
      throw new Error("the events were not published");
    };

    it("publishes each committed event as a CloudEvent under its own id", async () => {
      start();
      const tenant = uuidv7();
      const [stored] = await append(tenant, "chat-1", 0, "hello");
      const [event] = await published(tenant, 1);
      expect(event?.toJSON()).toEqual({
        specversion: "1.0",
        id: stored?.metadata.eventId,
        source: "/ameide/chat",
        type: "ameide.events.v1.ChatRenamed",
        subject: "chat-1",
        time: stored?.time.toISOString(),
        datacontenttype: "application/json",
        tenantid: tenant,
        streamversion: 1,
        userid: "alice",
        data: { title: "hello" },
      });
      const message = (await messagesIn(link, "AMEIDE_EVENTS")).at(-1);
      expect(message?.subject).toBe(`ameide.events.${tenant}.chat.ChatRenamed`);
      expect(message?.headers?.get("Nats-Msg-Id")).toBe(stored?.metadata.eventId);
      expect(message?.headers?.get("content-type")).toBe("application/cloudevents+json");
    });

    it("says where the data is when an event is larger than NATS takes", async () => {
      start();
      const tenant = uuidv7();
      await append(tenant, "chat-1", 0, "x".repeat(1_100_000), "small");
      const [large, small] = await published(tenant, 2);
      expect(large?.data).toBeUndefined();
      expect(large?.["dataref"]).toBe(`ameide:events/${tenant}/chat-1/1`);
      expect(small?.data).toEqual({ title: "small" });
    });

    // Fails when the feed shows transactions that are younger than an open one.
    it("does not pass over a transaction that commits late", async () => {
      start();
      const tenant = uuidv7();
      const inserted = Promise.withResolvers<void>();
      const mayCommit = Promise.withResolvers<void>();
      const slow = given().database.transaction(tenant, async (tx) => {
        await events.append(tx, [{ streamId: "slow", expectedVersion: 0, events: titled("slow") }], CAUSE);
        inserted.resolve();
        await mayCommit.promise;
      });
      await inserted.promise;
      await append(tenant, "fast", 0, "fast");
      await sleep(100);
      mayCommit.resolve();
      await slow;
      const seen = await published(tenant, 2);
      expect(seen.map(({ data }) => data)).toEqual([{ title: "slow" }, { title: "fast" }]);
    });

    it("publishes each event once and in order, wherever the relay is killed", async () => {
      const tenant = uuidv7();
      let version = 0;
      const write = async () => {
        for (let i = 0; i < 4; i++) {
          await Promise.all([1, 2, 3].map((n) => append(tenant, `s-${n}`, version, `${version + 1}`)));
          version += 1;
        }
      };
      // Dies before or after what it does took effect, a little later each time. Without the message id the events
      // of its last page come twice.
      for (let after = 0; after < 14; after++) {
        const { database, publisher, ...deps } = depsOn(link);
        const dying = mortal(after, after % 2 === 0);
        void startEventRelay({
          ...deps,
          publisher: { ...publisher, publish: dying.once(publisher.publish) },
          database: { ...database, systemTransaction: dying.once(database.systemTransaction) as never },
        });
        await write();
        await dying.dead;
      }
      start();
      await write();
      const seen = await published(tenant, version * 3);
      for (const n of [1, 2, 3]) {
        const versions = seen.filter(({ subject }) => subject === `s-${n}`).map((e) => e["streamversion"]);
        expect(versions).toEqual(Array.from({ length: version }, (_, i) => i + 1));
      }
    });

    it("goes on where it was when NATS is killed and comes back", async () => {
      const tenant = uuidv7();
      start();
      await append(tenant, "s-1", 0, "1", "2");
      await published(tenant, 2);
      warnings.length = 0;
      await nats.kill();
      await isDown(link);
      await append(tenant, "s-1", 2, "3");
      await sleep(300);
      await append(tenant, "s-1", 3, "4");
      await nats.restart();
      await isUp(link);
      const seen = await published(tenant, 4);
      expect(seen.map(({ data }) => data)).toEqual(["1", "2", "3", "4"].map((title) => ({ title })));
      expect(warnings.length).toBeLessThanOrEqual(1);
    });

    // Fails when the relay is taken without asking whose lease it is.
    it("one of several works, and another takes over at once when it is stopped", async () => {
      const tenant = uuidv7();
      const counts = [0, 0, 0];
      const counting = (i: number): Partial<EventRelayDeps> => {
        const { publisher } = depsOn(link);
        const publish: typeof publisher.publish = async (event) => {
          await publisher.publish(event);
          if (event.tenantId === tenant) counts[i] = (counts[i] ?? 0) + 1;
        };
        // Long enough for a busy machine.
        return { publisher: { ...publisher, publish }, leaseSeconds: 30 };
      };
      const all = [0, 1, 2].map((i) => start(counting(i)));
      const active = () => counts.findIndex((count) => count > 0);
      for (let i = 0; i < 20; i++) await append(tenant, "s-1", i, `${i}`);
      await published(tenant, 20);
      expect(counts.filter((count) => count > 0)).toEqual([20]);
      const first = active();
      await all[first]?.stop();
      counts[first] = 0;
      await append(tenant, "s-1", 20, "after");
      await published(tenant, 21);
      expect(active()).not.toBe(first);
      expect(counts.filter((count) => count > 0)).toEqual([1]);
    });

    // JetStream may lose what it acknowledged. Fails when the answer "known already" is believed: a purged stream still
    // knows the ids.
    it("a replay brings back what was purged, with the same ids, and leaves what is there", async () => {
      const tenant = uuidv7();
      start();
      await append(tenant, "s-1", 0, "1", "2", "3");
      const before = await published(tenant, 3);
      const deps = depsOn(link);
      await replayEvents(deps, "start");
      expect(await publishedEvents(link, tenant)).toHaveLength(3);
      const manager = await link.connection?.jetstreamManager();
      for (const round of [1, 2]) {
        await manager?.streams.purge("AMEIDE_EVENTS");
        expect(await replayEvents(deps, "start"), `round ${round}`).toBeGreaterThanOrEqual(3);
        const after = await publishedEvents(link, tenant);
        expect(after.map((event) => event.toJSON())).toEqual(before.map((event) => event.toJSON()));
      }
      // Of another server, which knows none of them.
      await nats.restart({ empty: true });
      await isUp(link);
      await replayEvents(deps, before[0]?.time ? new Date(before[0].time) : "start");
      expect((await publishedEvents(link, tenant)).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
      expect(await replayEvents(deps, new Date("2999-01-01"))).toBe(0);
    });
  });
});

/** As if the process were killed at its n-th step: what it did then may have taken effect, but it never knows. */
function mortal(after: number, takesEffect: boolean) {
  const { promise: dead, resolve: die } = Promise.withResolvers<void>();
  let steps = 0;
  const never = () => new Promise<never>(() => undefined);
  const once = <A extends unknown[], R>(step: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      steps += 1;
      if (steps < after + 2) return step(...args);
      if (takesEffect && steps === after + 2) await step(...args);
      die();
      return never();
    };
  };
  return { dead, once };
}

import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { REGISTRY, TIME, titled } from "../../testing/contracts/event-fixture.ts";
import { onPglite } from "../../testing/databases.ts";
import { isUp, natsLinks } from "../../testing/nats-links.ts";
import { startNats } from "../../testing/nats-server.ts";
import type { PrivateServer } from "../../testing/private-server.ts";
import { messagesIn } from "../../testing/published-events.ts";
import { available } from "../../testing/requirements.ts";
import { consumeOnce, sweepConsumedEvents } from "../event-consumer/consumed-event-store.ts";
import type { PublishedEvent } from "../event-relay/cloud-event.ts";
import type { StoredEvent } from "../event-store/event-store.ts";
import { redeliverDeadLetters } from "./nats-dead-letters.ts";
import {
  consumeEvents,
  DEAD_HEADERS,
  type ConsumeOptions,
  type EventConsumption,
} from "./nats-event-consumer.ts";
import { createNatsEventPublisher } from "./nats-event-publisher.ts";
import type { NatsLink } from "./nats-link.ts";

const titleOf = (event: PublishedEvent) => (event.data as { title: string }).title;

function storedEvent(title: string, tenantId: string = uuidv7()): StoredEvent {
  const [data] = titled(title);
  if (!data) throw new Error("no event");
  const metadata = { eventId: uuidv7(), userId: "alice", requestId: "", traceId: "" };
  const $typeName = "ameide.events.v1.EventMetadata";
  const of = { tenantId, streamId: "chat-1", version: 1, type: data.$typeName, time: TIME };
  return { ...of, data, metadata: { $typeName, ...metadata } };
}

describe.skipIf(!available("nats"))("a consumer of published events", () => {
  let nats: PrivateServer;
  let link: NatsLink;
  const links = natsLinks(() => nats.url);
  const running: EventConsumption[] = [];
  const warnings: string[] = [];
  const log = { warn: (_: unknown, message: string) => void warnings.push(message) } as never;

  beforeAll(async () => void (nats = await startNats()));
  beforeEach(async () => {
    await nats.restart({ empty: true });
    link = await links.open();
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((consumption) => consumption.stop()));
    await links.closeAll();
  });
  afterAll(() => nats.stop());

  const publish = (...events: StoredEvent[]) => {
    const publisher = createNatsEventPublisher(link, { registry: REGISTRY });
    return Promise.all(events.map((event) => publisher.publish(event)));
  };
  function consume(
    handle: (event: PublishedEvent, attempt: number) => void | Promise<void>,
    options: Partial<ConsumeOptions> = {},
    on = link,
  ) {
    const consumption = consumeEvents(on, {
      durable: "projector",
      handle: async (event, attempt) => handle(event, attempt),
      maxDeliver: 3,
      retryMilliseconds: 1,
      log,
      ...options,
    });
    running.push(consumption);
    return consumption;
  }
  const until = async (condition: () => boolean | Promise<boolean>) => {
    while (!(await condition())) await sleep(10);
  };
  const deadLetters = () => messagesIn(link, "AMEIDE_DEAD_LETTERS");

  it("gets each event, also those from before it came, and only those it asked for", async () => {
    const heard: string[] = [];
    const tenant = uuidv7();
    await publish(storedEvent("before", tenant), storedEvent("another tenant's"));
    consume((event) => void heard.push(titleOf(event)), { subject: `ameide.events.${tenant}.>` });
    await until(() => heard.length === 1);
    await publish(storedEvent("after", tenant));
    await until(() => heard.length === 2);
    expect(heard).toEqual(["before", "after"]);
  });

  it("tries what failed again, puts it aside with the reason at last, and goes on", async () => {
    const attempts: number[] = [];
    const heard: string[] = [];
    const poison = storedEvent("poison");
    consume((event, attempt) => {
      if (titleOf(event) !== "poison") return void heard.push(titleOf(event));
      attempts.push(attempt);
      throw new Error("cannot\nread this");
    });
    await publish(poison);
    await publish(storedEvent("fine"));
    await until(async () => heard.length === 1 && (await deadLetters().catch(() => [])).length === 1);
    expect(attempts).toEqual([1, 2, 3]);
    const [letter] = await deadLetters();
    expect(letter?.subject).toBe(`ameide.dead.projector.${poison.tenantId}.chat.ChatRenamed`);
    expect(letter?.headers?.get("content-type")).toBe("application/cloudevents+json");
    const about = Object.values(DEAD_HEADERS).map((name) => letter?.headers?.get(name));
    expect(about).toEqual([
      "projector",
      "cannot read this",
      `ameide.events.${poison.tenantId}.chat.ChatRenamed`,
      "3",
    ]);
    expect(JSON.parse(letter?.string() ?? "")).toMatchObject({ id: poison.metadata.eventId });
  });

  it("an event that kills its consumer every time is put aside, too", async () => {
    await publish(storedEvent("deadly"));
    for (let life = 0; life < 3; life++) {
      const dying = await links.open();
      const reached = Promise.withResolvers<void>();
      const options = { durable: "mortal" };
      void consumeEvents(dying, {
        ...options,
        handle: () => (reached.resolve(), new Promise(() => undefined)),
        maxDeliver: 2,
        log,
      });
      // The third time nobody is asked.
      if (life === 2) break;
      await reached.promise;
      await dying.close();
      await endOfWait(link, "mortal");
    }
    await until(async () => (await deadLetters().catch(() => [])).length === 1);
    expect((await deadLetters())[0]?.headers?.get(DEAD_HEADERS.reason)).toBe("it was never answered");
  });

  it("dead letters are delivered again to their consumer alone, which can handle them now", async () => {
    let isBroken = true;
    const [heard, others]: string[][] = [[], []];
    consume((event) => {
      if (isBroken) throw new Error("not yet");
      heard?.push(titleOf(event));
    });
    consume((event) => void others?.push(titleOf(event)), { durable: "other" });
    const events = ["a", "b", "c"].map((title) => storedEvent(title));
    await publish(...events);
    await until(async () => (await deadLetters().catch(() => [])).length === 3);
    expect(await redeliverDeadLetters(link, "other")).toBe(0);
    expect(await redeliverDeadLetters(link, "projector")).toBe(3);
    await until(async () => (await deadLetters()).length === 3);
    isBroken = false;
    expect(await redeliverDeadLetters(link, "projector")).toBe(3);
    await until(() => heard?.length === 3);
    expect(heard?.toSorted()).toEqual(["a", "b", "c"]);
    expect(await deadLetters()).toEqual([]);
    await sleep(50);
    expect(others).toHaveLength(3);
  });

  it("two processes share the work; one that is stopped leaves the rest to the other", async () => {
    const heard: string[] = [];
    const first = consume(async (event) => {
      heard.push(titleOf(event));
      await sleep(5);
    });
    consume((event) => void heard.push(titleOf(event)), {}, await links.open());
    const titles = Array.from({ length: 40 }, (_, i) => `${i}`);
    await publish(...titles.slice(0, 20).map((title) => storedEvent(title)));
    await first.stop();
    await publish(...titles.slice(20).map((title) => storedEvent(title)));
    await until(() => heard.length >= 40);
    expect(heard.toSorted()).toEqual(titles.toSorted());
  });

  it("goes on when NATS is killed, and when it comes back with nothing", async () => {
    const heard: string[] = [];
    consume((event) => void heard.push(titleOf(event)));
    await publish(storedEvent("1"));
    await until(() => heard.length === 1);
    await nats.restart();
    await isUp(link);
    await publish(storedEvent("2"));
    await until(() => heard.length === 2);
    await nats.restart({ empty: true });
    await isUp(link);
    await publish(storedEvent("3"));
    await until(() => heard.length === 3);
    expect(heard).toEqual(["1", "2", "3"]);
  });

  onPglite((given) => {
    it("has the effect of an event once, however often it comes, and none when it fails", async () => {
      const { database } = given();
      const tenantId = uuidv7();
      const event = { id: uuidv7(), tenantId };
      const effect = (title: string) =>
        consumeOnce(database, { consumer: "projector", event, now: TIME }, async (tx) => {
          await tx.sql.execute(
            sql`INSERT INTO consumed_events VALUES (${tenantId}, ${title}, ${event.id}, now())`,
          );
          if (title === "fails") throw new Error("broken");
        });
      await expect(effect("fails")).rejects.toThrow("broken");
      expect(await Promise.all([effect("one"), effect("two")])).toEqual([true, false]);
      const rows = await database
        .reader(tenantId)
        .query("SELECT consumer FROM consumed_events ORDER BY consumer", []);
      expect(rows).toEqual([["one"], ["projector"]]);
      expect(await database.systemTransaction((tx) => sweepConsumedEvents(tx, TIME))).toBe(0);
      const later = new Date(TIME.getTime() + 1);
      expect(await database.systemTransaction((tx) => sweepConsumedEvents(tx, later))).toBe(1);
    });
  });
});

/** Lets the time end that a consumer has for an answer. */
async function endOfWait(link: NatsLink, consumer: string): Promise<void> {
  const manager = await link.connection?.jetstreamManager();
  await manager?.consumers.update("AMEIDE_EVENTS", consumer, { ack_wait: 50_000_000 });
  await sleep(300);
}

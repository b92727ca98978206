import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { busContract } from "../../testing/contracts/bus.ts";
import { isDown, isUp, natsLinks } from "../../testing/nats-links.ts";
import { startNats } from "../../testing/nats-server.ts";
import type { PrivateServer } from "../../testing/private-server.ts";
import { available } from "../../testing/requirements.ts";
import { connectNats, type NatsLink } from "../nats/nats-link.ts";
import type { Bus } from "./bus.ts";
import { createNatsBus } from "./nats-bus.ts";

describe.skipIf(!available("nats"))("the bus over NATS", () => {
  let nats: PrivateServer;
  const links = natsLinks(() => nats.url);
  let [here, there]: NatsLink[] = [];
  beforeAll(async () => {
    nats = await startNats();
    [here, there] = [await links.open(), await links.open()];
  });
  afterAll(async () => {
    await links.closeAll();
    await nats.stop();
  });
  const given = () => {
    if (!here || !there) throw new Error("not connected");
    return { here, there };
  };
  const buses = () => ({ here: createNatsBus(given().here), there: createNatsBus(given().there) });

  /** What is published in this turn leaves in the next one, arrives after a round trip, and wakes after another. */
  const settle = async () => {
    for (let i = 0; i < 3; i++) {
      await sleep(5);
      await given().here.connection?.flush();
      await given().there.connection?.flush();
    }
  };
  const counting = (bus: Bus, subject: string) => {
    const heard = { count: 0 };
    bus.subscribe(subject, () => (heard.count += 1));
    return heard;
  };

  describe("within a process", () => {
    busContract(() => ({ bus: createNatsBus(given().here), settle }));
  });

  describe("between two processes", () => {
    busContract(() => {
      const { here: speaker, there: listener } = buses();
      const bus: Bus = {
        publish: (subject) => speaker.publish(subject),
        subscribe: (subject, wake) => listener.subscribe(subject, wake),
      };
      return { bus, settle };
    });
  });

  it("a listener that came while something was published elsewhere looks again", async () => {
    const { here: speaker, there: listener } = buses();
    // Fails without the wake-up after the subscription is known: NATS has passed this one on to nobody.
    const heard = counting(listener, "early");
    speaker.publish("early");
    await settle();
    expect(heard.count).toBeGreaterThan(0);
  });

  it("says a thing once however often it is published in a turn", async () => {
    const { here: speaker, there: listener } = buses();
    const heard = counting(listener, "often");
    await settle();
    heard.count = 0;
    for (let i = 0; i < 1000; i++) speaker.publish("often");
    await settle();
    expect(heard.count).toBe(1);
  });

  it("has one subscription for all who listen to a subject, and none when they have left", async () => {
    const { connection } = given().here;
    if (!connection) throw new Error("not connected");
    const open = new Set<object>();
    const subscribe = connection.subscribe.bind(connection);
    connection.subscribe = (subject, options) => {
      const subscription = subscribe(subject, options);
      open.add(subscription);
      void subscription.closed.then(() => open.delete(subscription));
      return subscription;
    };
    const bus = createNatsBus(given().here);
    const leave = Array.from({ length: 50 }, () => bus.subscribe("shared", () => undefined));
    expect(open.size).toBe(1);
    for (const stop of leave) stop();
    await settle();
    expect(open.size).toBe(0);
    connection.subscribe = subscribe;
  });

  it("wakes who listens in the same process while NATS is away, and everybody when it is back", async () => {
    const { here: speaker, there: listener } = buses();
    const [near, far] = [counting(speaker, "outage"), counting(listener, "outage")];
    await settle();
    links.reports.length = 0;
    await nats.kill();
    await Promise.all([isDown(given().here), isDown(given().there)]);
    [near.count, far.count] = [0, 0];
    for (let i = 0; i < 3; i++) speaker.publish("outage");
    await sleep(20);
    expect([near.count, far.count]).toEqual([3, 0]);

    await nats.restart();
    await Promise.all([isUp(given().here), isUp(given().there)]);
    await settle();
    expect(far.count).toBe(1);
    speaker.publish("outage");
    await settle();
    expect(far.count).toBe(2);
    // One line an outage and one for its end, of each process.
    expect(links.reports.map((line) => line.slice(0, 12)).toSorted()).toEqual(
      ["NATS is away", "NATS is away", "connected to", "connected to"].toSorted(),
    );
  });

  it("may be built before NATS is there", async () => {
    await nats.kill();
    const reports: string[] = [];
    const log = { info: () => undefined, warn: (_: unknown, text: string) => void reports.push(text) };
    const link = connectNats(nats.url, log as never);
    const bus = createNatsBus(link);
    const heard = counting(bus, "s");
    bus.publish("s");
    await sleep(10);
    expect(heard.count).toBe(1);
    expect(await link.answers()).toBe(false);
    while (reports.length === 0) await sleep(5);
    await nats.restart();
    await isUp(link);
    expect(await link.answers()).toBe(true);
    await link.close();
    expect(reports).toHaveLength(1);
  });
});

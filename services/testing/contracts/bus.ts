import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Bus } from "../../platform/bus/bus.ts";

export interface GivenBus {
  bus: Bus;
  /** Resolves when whoever listens is listening, and whoever was told has heard. */
  settle(): Promise<void>;
}

export const inThisProcess = (bus: Bus): GivenBus => ({ bus, settle: () => sleep(10) });

/** What every bus promises. A listener may be called once more at its beginning: it reads in any case. */
export function busContract(create: () => GivenBus): void {
  function subscribe({ bus }: GivenBus, subject: string) {
    const heard = { count: 0, stop: () => undefined as void };
    heard.stop = bus.subscribe(subject, () => (heard.count += 1));
    return heard;
  }
  async function listen(given: GivenBus, ...subjects: string[]) {
    const listeners = subjects.map((subject) => subscribe(given, subject));
    await given.settle();
    for (const heard of listeners) heard.count = 0;
    return listeners;
  }

  it("wakes every listener of exactly this subject", async () => {
    const given = create();
    const listeners = await listen(given, "x.y", "x.y", "x.z", "x");
    given.bus.publish("x.y");
    await given.settle();
    expect(listeners.map(({ count }) => count)).toEqual([1, 1, 0, 0]);
  });

  it("takes whatever a subject is made of as it is", async () => {
    const given = create();
    const names = ["x.*", "x.>", "x.y", "x..y", "x y", "x.ü", ">", ""];
    const listeners = await listen(given, ...names);
    for (const name of names) given.bus.publish(name);
    await given.settle();
    expect(listeners.map(({ count }) => count)).toEqual(names.map(() => 1));
  });

  it("never calls a listener before publish has returned", async () => {
    const given = create();
    const [heard] = await listen(given, "s");
    given.bus.publish("s");
    expect(heard?.count).toBe(0);
    await given.settle();
    expect(heard?.count).toBe(1);
  });

  it("does not wake who has left, and leaving twice takes nobody else along", async () => {
    const given = create();
    const [gone, staying] = await listen(given, "s", "s");
    gone?.stop();
    gone?.stop();
    given.bus.publish("s");
    await given.settle();
    expect([gone?.count, staying?.count]).toEqual([0, 1]);
  });

  it("a listener may subscribe and leave while it is called", async () => {
    const given = create();
    const late: { count: number }[] = [];
    const stop = given.bus.subscribe("s", () => {
      stop();
      late.push(subscribe(given, "s"));
    });
    given.bus.publish("s");
    await given.settle();
    for (const heard of late) heard.count = 0;
    given.bus.publish("s");
    await given.settle();
    expect(late.map(({ count }) => count)).toEqual([1]);
  });

  it("after a hundred reconnects one listener is called once", async () => {
    const given = create();
    let heard = subscribe(given, "s");
    for (let i = 0; i < 100; i++) {
      heard.stop();
      heard = subscribe(given, "s");
    }
    await given.settle();
    heard.count = 0;
    given.bus.publish("s");
    await given.settle();
    expect(heard.count).toBe(1);
  });
}

import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Bus } from "../../platform/bus/bus.ts";

/** What every bus promises. */
export function busContract(createBus: () => Bus): void {
  function listen(bus: Bus, subject: string) {
    const heard = { count: 0, stop: () => undefined as void };
    heard.stop = bus.subscribe(subject, () => (heard.count += 1));
    return heard;
  }

  it("wakes every listener of exactly this subject", async () => {
    const bus = createBus();
    const [a, b, other, prefix] = [
      listen(bus, "x.y"),
      listen(bus, "x.y"),
      listen(bus, "x.z"),
      listen(bus, "x"),
    ];
    bus.publish("x.y");
    await sleep(10);
    expect([a.count, b.count, other.count, prefix.count]).toEqual([1, 1, 0, 0]);
  });

  it("never calls a listener before publish has returned", async () => {
    const bus = createBus();
    const heard = listen(bus, "s");
    bus.publish("s");
    expect(heard.count).toBe(0);
    await sleep(10);
    expect(heard.count).toBe(1);
  });

  it("does not wake who has left, and leaving twice takes nobody else along", async () => {
    const bus = createBus();
    const [gone, staying] = [listen(bus, "s"), listen(bus, "s")];
    gone.stop();
    gone.stop();
    bus.publish("s");
    await sleep(10);
    expect([gone.count, staying.count]).toEqual([0, 1]);
  });

  it("a listener may subscribe and leave while it is called", async () => {
    const bus = createBus();
    const late: { count: number }[] = [];
    const stop = bus.subscribe("s", () => {
      stop();
      late.push(listen(bus, "s"));
    });
    bus.publish("s");
    await sleep(10);
    bus.publish("s");
    await sleep(10);
    expect(late.map(({ count }) => count)).toEqual([1]);
  });

  it("after a hundred reconnects one listener is called once", async () => {
    const bus = createBus();
    let heard = listen(bus, "s");
    for (let i = 0; i < 100; i++) {
      heard.stop();
      heard = listen(bus, "s");
    }
    bus.publish("s");
    await sleep(10);
    expect(heard.count).toBe(1);
  });
}

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createInProcessBus } from "./in-process-bus.ts";
import { createWakeUp } from "./wake-up.ts";

const never = new AbortController().signal;
const LONG = 60_000;

function setUp() {
  const bus = createInProcessBus();
  const wakeUp = createWakeUp((listener) => bus.subscribe("s", listener));
  return { wakeUp, publish: () => bus.publish("s") };
}

describe("a wake-up", () => {
  it("that comes before the wait is not lost, and counts once", async () => {
    const { wakeUp, publish } = setUp();
    publish();
    publish();
    await sleep(1);
    expect(await wakeUp.wait(LONG, never)).toBe(true);
    expect(await wakeUp.wait(1, never)).toBe(false);
    wakeUp.close();
  });

  it("that comes during the wait ends it", async () => {
    const { wakeUp, publish } = setUp();
    const waiting = wakeUp.wait(LONG, never);
    publish();
    expect(await waiting).toBe(true);
    wakeUp.close();
  });

  it("nothing falls between reading and waiting, whenever it is written", async () => {
    const { wakeUp, publish } = setUp();
    let written = 0;
    const writing = (async () => {
      while (written < 2000) {
        written += 1;
        publish();
        if (written % 3 === 0) await Promise.resolve();
        if (written % 50 === 0) await sleep(0);
      }
    })();
    let read = 0;
    let lost = 0;
    while (read < 2000) {
      read = written;
      if (written % 7 === 0) await Promise.resolve();
      if (read < 2000 && !(await wakeUp.wait(5000, never))) lost += 1;
    }
    await writing;
    wakeUp.close();
    expect(lost).toBe(0);
  });

  it("ends a wait when the time is over, every time", async () => {
    const { wakeUp } = setUp();
    for (const milliseconds of [5, 5, 1, 5]) expect(await wakeUp.wait(milliseconds, never)).toBe(false);
    wakeUp.close();
  });

  it("ends a wait when its signal aborts, and the next one with the same signal", async () => {
    const { wakeUp } = setUp();
    const controller = new AbortController();
    const waiting = wakeUp.wait(LONG, controller.signal);
    controller.abort();
    expect(await waiting).toBe(false);
    expect(await wakeUp.wait(LONG, controller.signal)).toBe(false);
    expect(await wakeUp.wait(1, never)).toBe(false);
    wakeUp.close();
  });

  it("ends a wait when it is closed", async () => {
    const { wakeUp } = setUp();
    const waiting = wakeUp.wait(LONG, never);
    wakeUp.close();
    expect(await waiting).toBe(false);
  });

  it("a thousand waits leave one listener on the signal", async () => {
    const { wakeUp, publish } = setUp();
    const controller = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = AbortSignal.prototype;
    Object.assign(controller.signal, {
      addEventListener: (...args: Parameters<typeof addEventListener>) => (
        (listeners += 1),
        addEventListener.apply(controller.signal, args)
      ),
      removeEventListener: (...args: Parameters<typeof removeEventListener>) => (
        (listeners -= 1),
        removeEventListener.apply(controller.signal, args)
      ),
    });
    for (let i = 0; i < 1000; i++) {
      const waiting = wakeUp.wait(LONG, controller.signal);
      publish();
      await waiting;
      expect(listeners).toBeLessThanOrEqual(1);
    }
    wakeUp.close();
    expect(listeners).toBe(0);
  });
});

import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createWakeUp } from "./wake-up.ts";

const never = new AbortController().signal;
const wakeUpOf = () => createWakeUp(() => () => undefined);
const LONG = 60_000;

describe("a waiter", () => {
  it("wakes, also from what it was told before it waited", async () => {
    const wakeUp = wakeUpOf();
    wakeUp.wake();
    wakeUp.wake();
    expect(await wakeUp.wait(LONG, never)).toBe(true);
    const waiting = wakeUp.wait(LONG, never);
    wakeUp.wake();
    expect(await waiting).toBe(true);
    wakeUp.close();
  });

  it("waits as long as it said, wait after wait, however long it was busy between", async () => {
    const wakeUp = wakeUpOf();
    for (const milliseconds of [20, 20, 30]) {
      const start = performance.now();
      expect(await wakeUp.wait(milliseconds, never)).toBe(false);
      expect(performance.now() - start).toBeGreaterThan(milliseconds - 2);
      await sleep(5);
    }
    const waiting = wakeUp.wait(20, never);
    wakeUp.wake();
    await waiting;
    await sleep(15);
    const start = performance.now();
    expect(await wakeUp.wait(20, never)).toBe(false);
    expect(performance.now() - start).toBeGreaterThan(18);
    wakeUp.close();
  });

  it("is let go when the signal aborts, whichever it is this time", async () => {
    const wakeUp = wakeUpOf();
    for (const controller of [new AbortController(), new AbortController()]) {
      const waiting = wakeUp.wait(LONG, controller.signal);
      controller.abort();
      expect(await waiting).toBe(false);
      expect(await wakeUp.wait(LONG, controller.signal)).toBe(false);
    }
    wakeUp.close();
  });

  it("leaves no listener behind", async () => {
    const { signal } = new AbortController();
    const wakeUp = wakeUpOf();
    for (let i = 0; i < 100; i++) {
      const waiting = wakeUp.wait(LONG, signal);
      wakeUp.wake();
      await waiting;
    }
    expect(getEventListeners(signal, "abort").length).toBe(1);
    wakeUp.close();
    expect(getEventListeners(signal, "abort").length).toBe(0);
  });
});

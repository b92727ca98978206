import { vi } from "vitest";

const HOUR_MS = 3_600_000;
const macrotask = setImmediate;

/** Lets timers fire as soon as nothing else can happen; undo with `vi.useRealTimers()`. */
export function useVirtualTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"], now: 0 });
}

/** Waits for a promise in virtual time; throws when it needs more than an hour of it, or no timer is left. */
export async function inVirtualTime<T>(promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = () => (settled = true);
  promise.then(done, done);
  const end = performance.now() + HOUR_MS;
  for (;;) {
    await new Promise((resolve) => macrotask(resolve));
    if (settled) return await promise;
    if (performance.now() > end) throw new Error("it hangs: an hour went by");
    if (vi.getTimerCount() === 0) throw new Error("it hangs: nothing is going to happen");
    vi.advanceTimersToNextTimer();
  }
}

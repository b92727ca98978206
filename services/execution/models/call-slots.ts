import { bulkhead, type BulkheadPolicy } from "cockatiel";

/** So many calls at a time may be under way at one provider; more wait. */
export interface CallSlots {
  hasFree(): boolean;
  /** Waits for a slot, first come, first served; resolves to the function that gives it back. */
  take(signal: AbortSignal): Promise<() => void>;
}

export function createCallSlots(mostAtATime: number): CallSlots {
  const slots = bulkhead(mostAtATime, Infinity);
  return { hasFree: () => slots.executionSlots > 0, take: (signal) => takeSlot(slots, signal) };
}

async function takeSlot(slots: BulkheadPolicy, signal: AbortSignal): Promise<() => void> {
  signal.throwIfAborted();
  const taken = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  // The bulkhead looks at the signal when a slot is free only.
  const leave = () => taken.reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  const held = slots.execute(() => {
    taken.resolve();
    return done.promise;
  }, signal);
  held.catch(leave);
  try {
    await taken.promise;
    return done.resolve;
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

import { createWakeUp } from "../bus/wake-up.ts";
import type { Hint, WorkItem, WorkQueue } from "./work-queue.ts";

export interface InProcessWorkQueueOptions {
  /** Where nobody takes, the oldest hints go. Default 10,000. */
  capacity?: number;
}

/** Hints within this process. */
export function createInProcessWorkQueue({ capacity = 10_000 }: InProcessWorkQueueOptions = {}): WorkQueue {
  const waiting = new Set<WorkItem>();
  const takers = new Set<() => void>();
  const takeNow = (limit: number): Hint[] => {
    const taken = [...waiting.values().take(limit)];
    for (const work of taken) waiting.delete(work);
    return taken.map((work) => ({ ...work, done: () => undefined }));
  };
  return {
    offer({ tenantId, workId }) {
      waiting.add({ tenantId, workId });
      if (waiting.size > capacity) takeNow(1);
      for (const wake of takers) wake();
    },
    async take({ limit, milliseconds, signal }) {
      if (signal.aborted) return [];
      if (waiting.size > 0) return takeNow(limit);
      const wakeUp = createWakeUp((wake) => {
        takers.add(wake);
        return () => takers.delete(wake);
      });
      // Another taker may have been faster: the caller asks again.
      await wakeUp.wait(milliseconds, signal);
      wakeUp.close();
      return signal.aborted ? [] : takeNow(limit);
    },
    isReliable: () => false,
  };
}

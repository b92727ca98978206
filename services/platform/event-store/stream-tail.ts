import type { Bus } from "../bus/bus.ts";
import { createWakeUp } from "../bus/wake-up.ts";
import type { Database } from "../db/database.ts";
import { streamSubject, type EventStore, type StoredEvent } from "./event-store.ts";

const POLL_MILLISECONDS = 5000;
const PAGE = 500;

export interface TailDeps {
  database: Database;
  events: EventStore;
  bus: Bus;
  /** A wake-up may be lost between processes, so the stream is read this often in any case. Default 5,000. */
  pollMilliseconds?: number;
}

/** The events of one stream after a version, then live until the signal aborts. */
export async function* tailStream(
  deps: TailDeps,
  tenantId: string,
  streamId: string,
  afterVersion: number,
  signal: AbortSignal,
): AsyncGenerator<StoredEvent> {
  const wakeUp = createWakeUp((wake) => deps.bus.subscribe(streamSubject(tenantId, streamId), wake));
  try {
    let version = afterVersion;
    while (!signal.aborted) {
      const reader = deps.database.reader(tenantId);
      const page = await deps.events.read(reader, streamId, { afterVersion: version, limit: PAGE });
      for (const event of page) {
        if (signal.aborted) return;
        yield event;
        version = event.version;
      }
      // What was committed after the page was read has woken or will wake.
      if (page.length < PAGE) await wakeUp.wait(deps.pollMilliseconds ?? POLL_MILLISECONDS, signal);
    }
  } finally {
    wakeUp.close();
  }
}

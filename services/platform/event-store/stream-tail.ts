import type { Bus } from "../bus/bus.ts";
import { createWakeUp } from "../bus/wake-up.ts";
import type { Database } from "../db/database.ts";
import { streamSubject, type EventStore, type StoredEvent } from "./event-store.ts";

/** A wake-up may be lost between processes, so the stream is read this often in any case. */
const POLL_MILLISECONDS = 5000;

export interface TailDeps {
  database: Database;
  events: EventStore;
  bus: Bus;
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
      const page = await deps.events.read(deps.database.reader(tenantId), streamId, {
        afterVersion: version,
      });
      for (const event of page) {
        yield event;
        version = event.version;
      }
      if (page.length === 0) await wakeUp.wait(POLL_MILLISECONDS, signal);
    }
  } finally {
    wakeUp.close();
  }
}

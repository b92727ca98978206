import type { Database, Tx } from "../db/database.ts";
import { sweepRows } from "../db/sweep-rows.ts";
import { consumedEvents } from "./tables.ts";

interface Consumption {
  consumer: string;
  event: { id: string; tenantId: string };
  now: Date;
}

/**
 * Does `work` unless this consumer has done it for this event before; what is known of that is written in the same
 * transaction, so an event that comes twice has its effect once. Resolves to whether it was done now.
 */
export async function consumeOnce(
  database: Database,
  { consumer, event, now }: Consumption,
  work: (tx: Tx) => Promise<void>,
): Promise<boolean> {
  return database.transaction(event.tenantId, async (tx) => {
    const first = await tx.sql
      .insert(consumedEvents)
      .values({ tenantId: tx.tenantId, consumer, eventId: event.id, consumeTime: now })
      .onConflictDoNothing()
      .returning({ eventId: consumedEvents.eventId });
    if (first.length === 0) return false;
    await work(tx);
    return true;
  });
}

/** Deletes what is older, of all tenants, some at a time; resolves to how many rows went. */
export const sweepConsumedEvents = (systemTx: Tx, olderThan: Date): Promise<number> =>
  sweepRows(systemTx, consumedEvents.consumeTime, olderThan);

import type { Registry } from "@bufbuild/protobuf";
import { asc, gte, sql } from "drizzle-orm";
import type { Database } from "../db/database.ts";
import type { StoredEvent } from "./event-store.ts";
import { eventTypes } from "./event-types.ts";
import { events } from "./tables.ts";

/** How far a follower of all events has come: transaction id and position, both as decimal text. */
export interface FeedCheckpoint {
  tx: string;
  position: string;
}

export const FEED_START: FeedCheckpoint = { tx: "0", position: "0" };

export interface FeedPage {
  events: StoredEvent[];
  checkpoint: FeedCheckpoint;
}

/**
 * The next events of all tenants. Only transactions older than every open one are shown: a slow transaction
 * commits a lower number later, and a follower of bare numbers would never see it.
 */
export async function readFeed(
  deps: { database: Database; registry: Registry },
  after: FeedCheckpoint,
  limit = 500,
): Promise<FeedPage> {
  const rows = await deps.database.systemTransaction((tx) =>
    tx.sql
      .select()
      .from(events)
      .where(
        sql`${events.tx} < pg_snapshot_xmin(pg_current_snapshot())
          AND (${events.tx}, ${events.position}) > (${after.tx}::xid8, ${after.position}::bigint)`,
      )
      .orderBy(asc(events.tx), asc(events.position))
      .limit(limit),
  );
  const last = rows.at(-1);
  return {
    events: rows.map(eventTypes(deps.registry).decode),
    checkpoint: last ? { tx: last.tx, position: String(last.position) } : after,
  };
}

/** Right before the first event that is no older than `time`; undefined when there is none. */
export async function feedCheckpointAt(
  { database }: { database: Database },
  time: Date,
): Promise<FeedCheckpoint | undefined> {
  const [first] = await database.systemTransaction((tx) =>
    tx.sql
      .select({ tx: events.tx, position: events.position })
      .from(events)
      .where(gte(events.createdAt, time))
      .orderBy(asc(events.tx), asc(events.position))
      .limit(1),
  );
  return first && { tx: first.tx, position: String(first.position - 1n) };
}

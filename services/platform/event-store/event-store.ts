import { create, type Message, type Registry } from "@bufbuild/protobuf";
import {
  EventMetadataSchema,
  type EventMetadata,
} from "@ameide/proto-private/ameide/events/v1/event_metadata_pb.js";
import { and, asc, desc, eq, gt, lt, type SQL } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { Bus } from "../bus/bus.ts";
import type { Reader, Tx } from "../db/database.ts";
import { isUniqueViolation } from "../db/sql-driver.ts";
import { eventTypes, type EventTypes } from "./event-types.ts";
import { insertEvents } from "./insert-events.ts";
import { events } from "./tables.ts";

/** An event as stored. */
export interface StoredEvent {
  tenantId: string;
  streamId: string;
  /** Dense from 1 within the stream. */
  version: number;
  /** Full name of the message type. */
  type: string;
  data: Message;
  metadata: EventMetadata;
  time: Date;
}

/** Events to add to one stream. */
export interface Append {
  streamId: string;
  /** The version that was read; 0 for a new stream. */
  expectedVersion: number;
  events: readonly Message[];
}

/** Who caused the events, and by which request. */
export interface Cause {
  userId: string;
  requestId?: string;
  traceId?: string;
}

/** Somebody else appended first. */
export class StreamVersionConflict extends Error {
  constructor(streams: readonly string[], options?: ErrorOptions) {
    super(`another writer was faster on ${streams.join(", ")}`, options);
  }
}

export interface EventStore {
  /** Adds to all streams or to none. Throws StreamVersionConflict when any has moved. */
  append(tx: Tx, appends: readonly Append[], cause: Cause): Promise<StoredEvent[]>;
  /** Events of a stream after a version, oldest first. */
  read(reader: Reader, streamId: string, options?: ReadOptions): Promise<StoredEvent[]>;
  /** The same, newest first and before a version. */
  readBackwards(
    reader: Reader,
    streamId: string,
    options: { before?: number; limit: number },
  ): Promise<StoredEvent[]>;
}

export interface ReadOptions {
  afterVersion?: number;
  /** Default 1,000. */
  limit?: number;
}

/** The subject that is published, without data, after events of the stream were committed. */
export const streamSubject = (tenantId: string, streamId: string): string => `stream.${tenantId}.${streamId}`;
/** The subject that is published after any events were committed. */
export const FEED_SUBJECT = "feed";

export interface EventStoreDeps {
  bus: Bus;
  /** Knows every event type. */
  registry: Registry;
  now: () => Date;
}

export function createEventStore({ bus, registry, now }: EventStoreDeps): EventStore {
  const types = eventTypes(registry);
  return {
    append: (tx, appends, cause) => append({ bus, types, now }, tx, appends, cause),
    async read(reader, streamId, { afterVersion = 0, limit = 1000 } = {}) {
      const rows = await reader.sql
        .select()
        .from(events)
        .where(inStream(reader, streamId, gt(events.streamVersion, afterVersion)))
        .orderBy(asc(events.streamVersion))
        .limit(limit);
      return rows.map(types.decode);
    },
    async readBackwards(reader, streamId, { before, limit }) {
      const older = before === undefined ? undefined : lt(events.streamVersion, before);
      const rows = await reader.sql
        .select()
        .from(events)
        .where(inStream(reader, streamId, older))
        .orderBy(desc(events.streamVersion))
        .limit(limit);
      return rows.map(types.decode);
    },
  };
}

async function append(
  { bus, types, now }: Omit<EventStoreDeps, "registry"> & { types: EventTypes },
  tx: Tx,
  appends: readonly Append[],
  cause: Cause,
): Promise<StoredEvent[]> {
  const stored = storedEvents(tx.tenantId, appends, cause, now());
  if (stored.length === 0) return [];
  try {
    await insertEvents(tx, stored, types);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const streams = appends.map((a) => a.streamId);
    throw new StreamVersionConflict(streams, { cause: error });
  }
  tx.afterCommit(() => {
    for (const { streamId } of appends) bus.publish(streamSubject(tx.tenantId, streamId));
    bus.publish(FEED_SUBJECT);
  });
  return stored;
}

function storedEvents(
  tenantId: string,
  appends: readonly Append[],
  { userId, requestId = "", traceId = "" }: Cause,
  time: Date,
): StoredEvent[] {
  return appends.flatMap(({ streamId, expectedVersion, events: added }) =>
    added.map((data, i) => ({
      tenantId,
      streamId,
      version: expectedVersion + i + 1,
      type: data.$typeName,
      data,
      metadata: create(EventMetadataSchema, { eventId: uuidv7(), userId, requestId, traceId }),
      time,
    })),
  );
}

const inStream = (reader: Reader, streamId: string, more?: SQL) =>
  and(eq(events.tenantId, reader.tenantId), eq(events.streamId, streamId), more);

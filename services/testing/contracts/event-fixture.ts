import { createRegistry } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import {
  ChatRenamedSchema,
  file_ameide_events_v1_chat_events,
  type ChatRenamed,
} from "@ameide/proto-private/ameide/events/v1/chat_events_pb.js";
import { createInProcessBus } from "../../platform/bus/in-process-bus.ts";
import type { Bus } from "../../platform/bus/bus.ts";
import type { Database } from "../../platform/db/database.ts";
import {
  createEventStore,
  type EventStore,
  type StoredEvent,
} from "../../platform/event-store/event-store.ts";

export const REGISTRY = createRegistry(file_ameide_events_v1_chat_events);
export const CAUSE = { userId: "alice" };
export const TIME = new Date("2026-03-01T10:00:00.123Z");

/** Events with a text, which stands for everything that an event may hold. */
export const titled = (...titles: string[]): ChatRenamed[] =>
  titles.map((title) => create(ChatRenamedSchema, { title }));

export const titleOf = ({ data }: StoredEvent): string => (data as ChatRenamed).title;
export const titlesOf = (events: readonly StoredEvent[]): string[] => events.map(titleOf);

export interface EventFixture {
  events: EventStore;
  bus: Bus;
  /** Adds events to one stream, in a transaction of its own. */
  append(
    tenantId: string,
    streamId: string,
    expectedVersion: number,
    ...titles: string[]
  ): Promise<StoredEvent[]>;
}

export function eventFixture(database: () => Database): EventFixture {
  const bus = createInProcessBus();
  const events = createEventStore({ bus, registry: REGISTRY, now: () => TIME });
  return {
    bus,
    events,
    append: (tenantId, streamId, expectedVersion, ...titles) =>
      database().transaction(tenantId, (tx) =>
        events.append(tx, [{ streamId, expectedVersion, events: titled(...titles) }], CAUSE),
      ),
  };
}

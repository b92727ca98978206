import { fromBinary, type DescMessage, type Registry } from "@bufbuild/protobuf";
import { EventMetadataSchema } from "@ameide/proto-private/ameide/events/v1/event_metadata_pb.js";
import type { StoredEvent } from "./event-store.ts";
import type { events } from "./tables.ts";

/** Every event type that is ever stored. */
export interface EventTypes {
  /** Throws when the type is not registered. */
  schemaOf(type: string): DescMessage;
  decode(row: typeof events.$inferSelect): StoredEvent;
}

export function eventTypes(registry: Registry): EventTypes {
  const schemaOf = (type: string): DescMessage => {
    const schema = registry.getMessage(type);
    if (!schema) throw new Error(`no event type ${type} is registered`);
    return schema;
  };
  return {
    schemaOf,
    decode: (row) => ({
      tenantId: row.tenantId,
      streamId: row.streamId,
      version: row.streamVersion,
      type: row.type,
      data: fromBinary(schemaOf(row.type), row.data),
      metadata: fromBinary(EventMetadataSchema, row.metadata),
      time: row.createdAt,
    }),
  };
}

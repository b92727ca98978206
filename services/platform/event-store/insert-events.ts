import { toBinary } from "@bufbuild/protobuf";
import { EventMetadataSchema } from "@ameide/proto-private/ameide/events/v1/event_metadata_pb.js";
import type { Tx } from "../db/database.ts";
import type { StoredEvent } from "./event-store.ts";
import type { EventTypes } from "./event-types.ts";

const COLUMNS = ["tenant_id", "stream_id", "stream_version", "type", "data", "metadata", "created_at"];
const INSERT = `INSERT INTO events (${COLUMNS.join(", ")}) VALUES `;

/**
 * Position and transaction are given by the database. Not built by drizzle, which takes longer over eight rows than
 * PostgreSQL.
 */
export async function insertEvents(
  tx: Tx,
  events: readonly StoredEvent[],
  { schemaOf }: EventTypes,
): Promise<void> {
  const params: unknown[] = [];
  const tuples = events.map(({ tenantId, streamId, version, type, data, metadata, time }) => {
    const bytes = [toBinary(schemaOf(type), data), toBinary(EventMetadataSchema, metadata)];
    const places = [tenantId, streamId, version, type, ...bytes, time].map(
      (value) => `$${params.push(value)}`,
    );
    return `(${places.join(", ")})`;
  });
  await tx.query(INSERT + tuples.join(", "), params);
}

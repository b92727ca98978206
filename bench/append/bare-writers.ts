import { EventMetadataSchema } from "@ameide/proto-private/ameide/events/v1/event_metadata_pb.js";
import { ChatRenamedSchema } from "@ameide/proto-private/ameide/events/v1/chat_events_pb.js";
import { create, toBinary } from "@bufbuild/protobuf";
import { PGlite } from "@electric-sql/pglite";
import postgres from "postgres";
import type { Load, Writer } from "../peers/append-peer.ts";
import { EVENT, newStreamId, TENANT, USER } from "./event.ts";

/** The statements that our event store sends, through nothing but the driver. */

const AS_TENANT = "SELECT set_config('app.tenant_id', $1, true)";
const COLUMNS = ["tenant_id", "stream_id", "stream_version", "type", "data", "metadata", "created_at"];
const DATA = toBinary(ChatRenamedSchema, EVENT);
const METADATA = toBinary(
  EventMetadataSchema,
  create(EventMetadataSchema, { eventId: crypto.randomUUID(), userId: USER }),
);

const insertOf = (events: number): string => {
  const row = (i: number) => `(${COLUMNS.map((_, c) => `$${i * COLUMNS.length + c + 1}`).join(", ")})`;
  return `INSERT INTO events (${COLUMNS.join(", ")}) VALUES ${Array.from({ length: events }, (_, i) => row(i)).join(", ")}`;
};

function paramsOf({ events, streams }: Pick<Load, "events" | "streams">) {
  const perStream = events / streams;
  const now = new Date().toISOString();
  return Array.from({ length: streams }, newStreamId).flatMap((streamId) =>
    Array.from({ length: perStream }, (_, i) => [
      TENANT,
      streamId,
      i + 1,
      EVENT.$typeName,
      DATA,
      METADATA,
      now,
    ]),
  );
}

export async function barePglite(folder: string): Promise<Writer> {
  const pglite = await PGlite.create(folder);
  await pglite.exec("SET ROLE ameide_app");
  return {
    async append(shape) {
      const insert = insertOf(shape.events);
      await pglite.transaction(async (tx) => {
        await tx.query(AS_TENANT, [TENANT]);
        await tx.query(insert, paramsOf(shape).flat());
      });
    },
    close: () => pglite.close(),
  };
}

export async function barePostgres(url: string, poolSize: number): Promise<Writer> {
  const sql = postgres(url, { max: poolSize, connection: { role: "ameide_app" }, onnotice: () => undefined });
  return {
    async append(shape) {
      const insert = insertOf(shape.events);
      await sql.begin(async (tx) => {
        await tx.unsafe(AS_TENANT, [TENANT], { prepare: true });
        await tx.unsafe(insert, paramsOf(shape).flat(), { prepare: true });
      });
    },
    close: () => sql.end(),
  };
}

import { bigint, customType, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

/** Raw bytes. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });
/** A 64-bit transaction id, as text. */
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => "xid8" });

export const events = pgTable("events", {
  tenantId: uuid("tenant_id").notNull(),
  streamId: text("stream_id").notNull(),
  streamVersion: bigint("stream_version", { mode: "number" }).notNull(),
  position: bigint("position", { mode: "bigint" }).generatedAlwaysAsIdentity(),
  tx: xid8("tx").notNull(),
  type: text("type").notNull(),
  data: bytea("data").notNull(),
  metadata: bytea("metadata").notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
});

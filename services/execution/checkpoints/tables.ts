import { customType, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { bytea } from "../../platform/event-store/tables.ts";

/** JSON as the text it was written as; the caller parses. */
const jsonText = customType<{ data: string; driverData: string }>({ dataType: () => "jsonb" });

export const checkpoints = pgTable("checkpoints", {
  tenantId: uuid("tenant_id").notNull(),
  threadId: text("thread_id").notNull(),
  checkpointNs: text("checkpoint_ns").notNull(),
  checkpointId: text("checkpoint_id").notNull(),
  parentCheckpointId: text("parent_checkpoint_id"),
  type: text("type").notNull(),
  checkpoint: bytea("checkpoint").notNull(),
  metadata: jsonText("metadata").notNull(),
});

export const checkpointChannels = pgTable("checkpoint_channels", {
  tenantId: uuid("tenant_id").notNull(),
  threadId: text("thread_id").notNull(),
  checkpointNs: text("checkpoint_ns").notNull(),
  channel: text("channel").notNull(),
  version: text("version").notNull(),
  type: text("type").notNull(),
  value: bytea("value").notNull(),
});

export const checkpointWrites = pgTable("checkpoint_writes", {
  tenantId: uuid("tenant_id").notNull(),
  threadId: text("thread_id").notNull(),
  checkpointNs: text("checkpoint_ns").notNull(),
  checkpointId: text("checkpoint_id").notNull(),
  taskId: text("task_id").notNull(),
  idx: integer("idx").notNull(),
  channel: text("channel").notNull(),
  type: text("type").notNull(),
  value: bytea("value").notNull(),
});

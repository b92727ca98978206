import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea } from "../event-store/tables.ts";

export const requestLog = pgTable("request_log", {
  tenantId: uuid("tenant_id").notNull(),
  userId: text("user_id").notNull(),
  requestId: uuid("request_id").notNull(),
  requestHash: bytea("request_hash").notNull(),
  response: bytea("response").notNull(),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull(),
});

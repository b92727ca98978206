import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea } from "../../../platform/event-store/tables.ts";

export const modelCache = pgTable("model_cache", {
  tenantId: uuid("tenant_id").notNull(),
  key: bytea("key").notNull(),
  model: text("model").notNull(),
  answer: text("answer").notNull(),
  createTime: timestamp("created_at", { withTimezone: true }).notNull(),
  expireTime: timestamp("expires_at", { withTimezone: true }).notNull(),
});

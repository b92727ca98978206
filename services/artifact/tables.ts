import { bigint, jsonb, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

export const artifacts = pgTable("artifacts", {
  tenantId: uuid("tenant_id").notNull(),
  artifactId: uuid("artifact_id").notNull(),
  title: text("title").notNull(),
  kind: text("kind").notNull(),
  labels: jsonb("labels").$type<Record<string, string>>().notNull(),
  createdBy: text("created_by").notNull(),
  primaryChatId: uuid("primary_chat_id"),
  version: bigint("version", { mode: "number" }).notNull(),
  createTime: timestamp("created_at", { withTimezone: true }).notNull(),
  updateTime: timestamp("updated_at", { withTimezone: true }).notNull(),
});

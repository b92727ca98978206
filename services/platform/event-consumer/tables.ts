import { pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

export const consumedEvents = pgTable("consumed_events", {
  tenantId: uuid("tenant_id").notNull(),
  consumer: text("consumer").notNull(),
  eventId: uuid("event_id").notNull(),
  consumeTime: timestamp("consumed_at", { withTimezone: true }).notNull(),
});

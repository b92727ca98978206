import { integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";

/** Of no tenant: the system's own. */
export const providerHealth = pgTable("provider_health", {
  executorId: text("executor_id").notNull(),
  model: text("model").notNull(),
  breaker: text("breaker").notNull().$type<"closed" | "half-open" | "open">(),
  inFlight: integer("in_flight").notNull(),
  successPercent: integer("success_percent"),
  firstTokenMilliseconds: integer("first_token_ms"),
  /** Empty without one. */
  failure: text("failure").notNull(),
  failTime: timestamp("failed_at", { withTimezone: true }),
  updateTime: timestamp("updated_at", { withTimezone: true }).notNull(),
});

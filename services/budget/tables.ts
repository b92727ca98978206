import { bigint, boolean, date, pgTable, smallint, text, timestamp, uuid } from "drizzle-orm/pg-core";

const micros = (name: string) => bigint(name, { mode: "number" }).notNull();

export const budgets = pgTable("budgets", {
  tenantId: uuid("tenant_id").notNull(),
  window: smallint("budget_window").notNull(),
  limitMicros: micros("limit_micros"),
  exhaustionPolicy: smallint("exhaustion_policy").notNull(),
  version: bigint("version", { mode: "number" }).notNull(),
  updateTime: timestamp("updated_at", { withTimezone: true }).notNull(),
});

export const budgetPeriods = pgTable("budget_periods", {
  tenantId: uuid("tenant_id").notNull(),
  window: smallint("budget_window").notNull(),
  periodStart: date("period_start").notNull(),
  usedMicros: micros("used_micros"),
  reservedMicros: micros("reserved_micros"),
});

export const budgetReservations = pgTable("budget_reservations", {
  tenantId: uuid("tenant_id").notNull(),
  runId: uuid("run_id").notNull(),
  reservedMicros: micros("reserved_micros"),
  dayStart: date("day_start").notNull(),
  monthStart: date("month_start").notNull(),
});

export const usageLedger = pgTable("usage_ledger", {
  tenantId: uuid("tenant_id").notNull(),
  usageEntryId: uuid("usage_entry_id").notNull(),
  runId: uuid("run_id").notNull(),
  callId: text("call_id").notNull(),
  chatId: uuid("chat_id"),
  agentId: text("agent_id").notNull(),
  userId: text("user_id").notNull(),
  model: text("model").notNull(),
  inputTokens: micros("input_tokens"),
  outputTokens: micros("output_tokens"),
  costMicros: micros("cost_micros"),
  currency: text("currency").notNull(),
  priceVersion: text("price_version").notNull(),
  aborted: boolean("aborted").notNull(),
  createTime: timestamp("created_at", { withTimezone: true }).notNull(),
});

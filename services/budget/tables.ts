import {
  bigint,
  boolean,
  date,
  integer,
  pgTable,
  smallint,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

const whole = (name: string) => bigint(name, { mode: "number" }).notNull();
const moment = (name: string) => timestamp(name, { withTimezone: true });

export const budgets = pgTable("budgets", {
  tenantId: uuid("tenant_id").notNull(),
  scope: smallint("scope").notNull(),
  scopeId: text("scope_id").notNull(),
  window: smallint("budget_window").notNull(),
  unit: smallint("unit").notNull(),
  limit: whole("limit_amount"),
  softLimitPercent: smallint("soft_limit_percent").notNull(),
  exhaustionPolicy: smallint("exhaustion_policy").notNull(),
  raise: whole("raise_amount"),
  raiseExpireTime: moment("raise_expires_at"),
  deleted: boolean("deleted").notNull(),
  version: whole("version"),
  updateTime: moment("updated_at").notNull(),
});

export const budgetPeriods = pgTable("budget_periods", {
  tenantId: uuid("tenant_id").notNull(),
  scope: smallint("scope").notNull(),
  scopeId: text("scope_id").notNull(),
  window: smallint("budget_window").notNull(),
  unit: smallint("unit").notNull(),
  periodStart: date("period_start").notNull(),
  used: whole("used"),
  reserved: whole("reserved"),
  softLimitReachedTime: moment("soft_limit_reached_at"),
});

export const budgetHolds = pgTable("budget_holds", {
  tenantId: uuid("tenant_id").notNull(),
  runId: uuid("run_id").notNull(),
  scope: smallint("scope").notNull(),
  scopeId: text("scope_id").notNull(),
  window: smallint("budget_window").notNull(),
  unit: smallint("unit").notNull(),
  periodStart: date("period_start").notNull(),
  amount: whole("amount"),
});

export const budgetRuns = pgTable("budget_runs", {
  tenantId: uuid("tenant_id").notNull(),
  runId: uuid("run_id").notNull(),
  userId: text("user_id").notNull(),
  teamId: text("team_id").notNull(),
  agentId: text("agent_id").notNull(),
  chatId: text("chat_id").notNull(),
});

export const usageLedger = pgTable("usage_ledger", {
  tenantId: uuid("tenant_id").notNull(),
  usageEntryId: uuid("usage_entry_id").notNull(),
  runId: uuid("run_id").notNull(),
  callId: text("call_id").notNull(),
  attempt: integer("attempt").notNull(),
  chatId: uuid("chat_id"),
  agentId: text("agent_id").notNull(),
  userId: text("user_id").notNull(),
  teamId: text("team_id").notNull(),
  model: text("model").notNull(),
  inputTokens: whole("input_tokens"),
  cachedInputTokens: whole("cached_input_tokens"),
  outputTokens: whole("output_tokens"),
  reasoningTokens: whole("reasoning_tokens"),
  costMicros: whole("cost_micros"),
  uncoveredMicros: whole("uncovered_micros"),
  currency: text("currency").notNull(),
  priceVersion: text("price_version").notNull(),
  aborted: boolean("aborted").notNull(),
  createTime: moment("created_at").notNull(),
});

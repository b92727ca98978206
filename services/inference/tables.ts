import { bigint, boolean, integer, pgTable, smallint, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea } from "../platform/event-store/tables.ts";

export const runs = pgTable("runs", {
  tenantId: uuid("tenant_id").notNull(),
  runId: uuid("run_id").notNull(),
  chatId: uuid("chat_id"),
  messageId: uuid("message_id"),
  turn: bigint("turn", { mode: "number" }).notNull(),
  userId: text("user_id").notNull(),
  agentId: text("agent_id").notNull(),
  agentVersion: text("agent_version").notNull(),
  model: text("model").notNull(),
  maxOutputTokens: integer("max_output_tokens").notNull(),
  cache: boolean("cache").notNull(),
  state: smallint("state").notNull(),
  attempt: integer("attempt").notNull(),
  tries: integer("tries").notNull(),
  cancelRequested: boolean("cancel_requested").notNull(),
  /** An encoded RunAdmitted that holds the messages of a run without a chat. */
  input: bytea("input").notNull(),
  /** An encoded RunEnded. */
  result: bytea("result").notNull(),
  /** An encoded RunResumed. */
  resumed: bytea("resumed").notNull(),
  version: bigint("version", { mode: "number" }).notNull(),
  createTime: timestamp("created_at", { withTimezone: true }).notNull(),
  endTime: timestamp("ended_at", { withTimezone: true }),
});

export const runProgress = pgTable("run_progress", {
  tenantId: uuid("tenant_id").notNull(),
  runId: uuid("run_id").notNull(),
  progress: bytea("progress").notNull(),
  updateTime: timestamp("updated_at", { withTimezone: true }).notNull(),
});

export const runLeases = pgTable("run_leases", {
  tenantId: uuid("tenant_id").notNull(),
  runId: uuid("run_id").notNull(),
  executorId: text("executor_id").notNull(),
  leaseUntil: timestamp("lease_until", { withTimezone: true }).notNull(),
  attempt: integer("attempt").notNull(),
  cancelRequested: boolean("cancel_requested").notNull(),
  /** W3C trace context of the request that admitted the run. */
  traceparent: text("traceparent").notNull(),
  createTime: timestamp("created_at", { withTimezone: true }).notNull(),
});

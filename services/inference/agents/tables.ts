import { bigint, integer, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { bytea } from "../../platform/event-store/tables.ts";

export const agents = pgTable("agents", {
  tenantId: uuid("tenant_id").notNull(),
  agentId: text("agent_id").notNull(),
  versions: integer("versions").notNull(),
  /** An encoded AgentRolloutSet. */
  rollout: bytea("rollout").notNull(),
  /** An encoded AgentOverrideSet: the override in effect. */
  override: bytea("override").notNull(),
  latestOverride: integer("latest_override").notNull(),
  version: bigint("version", { mode: "number" }).notNull(),
  updateTime: timestamp("updated_at", { withTimezone: true }).notNull(),
});

export const agentVersions = pgTable("agent_versions", {
  tenantId: uuid("tenant_id").notNull(),
  agentId: text("agent_id").notNull(),
  version: text("version").notNull(),
  /** Dense from 1 within the agent. */
  number: integer("number").notNull(),
  /** An encoded AgentSpec. */
  spec: bytea("spec").notNull(),
  createdBy: text("created_by").notNull(),
  createTime: timestamp("created_at", { withTimezone: true }).notNull(),
});

export const agentOverrides = pgTable("agent_overrides", {
  tenantId: uuid("tenant_id").notNull(),
  agentId: text("agent_id").notNull(),
  number: integer("number").notNull(),
  /** An encoded AgentOverride. */
  override: bytea("override").notNull(),
  createTime: timestamp("created_at", { withTimezone: true }).notNull(),
});

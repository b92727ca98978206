import {
  bigint,
  boolean,
  customType,
  integer,
  pgTable,
  smallint,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea } from "../platform/event-store/tables.ts";

/** Only ever written and searched in SQL. */
const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

export const chats = pgTable("chats", {
  tenantId: uuid("tenant_id").notNull(),
  chatId: uuid("chat_id").notNull(),
  userId: text("user_id").notNull(),
  title: text("title").notNull(),
  visibility: smallint("visibility").notNull(),
  teamIds: text("team_ids").array().notNull(),
  agentId: text("agent_id").notNull(),
  metadata: bytea("metadata").notNull(),
  activeRunId: uuid("active_run_id"),
  waitingRunIds: uuid("waiting_run_ids").array().notNull(),
  withdrawnRunIds: uuid("withdrawn_run_ids").array().notNull(),
  messageCount: integer("message_count").notNull(),
  deleted: boolean("deleted").notNull(),
  version: bigint("version", { mode: "number" }).notNull(),
  createTime: timestamp("created_at", { withTimezone: true }).notNull(),
  updateTime: timestamp("updated_at", { withTimezone: true }).notNull(),
});

export const chatMessages = pgTable("chat_messages", {
  tenantId: uuid("tenant_id").notNull(),
  chatId: uuid("chat_id").notNull(),
  version: bigint("version", { mode: "number" }).notNull(),
  messageId: uuid("message_id").notNull(),
  message: bytea("message").notNull(),
  tokens: integer("tokens").notNull(),
  words: tsvector("words").notNull(),
  /** The version of the message that opened its turn. */
  turn: bigint("turn", { mode: "number" }).notNull(),
  withdrawn: boolean("withdrawn").notNull(),
});

export const chatArtifacts = pgTable("chat_artifacts", {
  tenantId: uuid("tenant_id").notNull(),
  chatId: uuid("chat_id").notNull(),
  artifactId: uuid("artifact_id").notNull(),
  relationType: smallint("relation_type").notNull(),
  createdBy: text("created_by").notNull(),
  linkedAt: timestamp("linked_at", { withTimezone: true }).notNull(),
});

import {
  bigint,
  boolean,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea } from "../platform/event-store/tables.ts";

const number = (name: string) => bigint(name, { mode: "number" }).notNull();
const time = (name: string) => timestamp(name, { withTimezone: true }).notNull();

export const graphPatches = pgTable("graph_patches", {
  tenantId: uuid("tenant_id").notNull(),
  patchId: uuid("patch_id").notNull(),
  artifactId: uuid("artifact_id").notNull(),
  branch: text("branch").notNull(),
  status: smallint("status").notNull(),
  origin: smallint("origin").notNull(),
  author: text("author").notNull(),
  agentId: text("agent_id").notNull(),
  runId: text("run_id").notNull(),
  mergedBranch: text("merged_branch").notNull(),
  mergedVersion: number("merged_version"),
  appliedVersion: number("applied_version"),
  reverted: boolean("reverted").notNull(),
  patch: bytea("patch").notNull(),
  version: number("version"),
  createTime: time("created_at"),
  updateTime: time("updated_at"),
});

export const modelProvenance = pgTable("model_provenance", {
  tenantId: uuid("tenant_id").notNull(),
  streamId: text("stream_id").notNull(),
  itemId: text("item_id").notNull(),
  itemKind: smallint("item_kind").notNull(),
  viewId: text("view_id").notNull(),
  field: text("field").notNull(),
  version: number("version"),
  patchId: uuid("patch_id").notNull(),
  operationId: text("operation_id").notNull(),
  removed: boolean("removed").notNull(),
  createTime: time("created_at"),
});

export const autopilots = pgTable("autopilots", {
  tenantId: uuid("tenant_id").notNull(),
  agentId: text("agent_id").notNull(),
  operationTypes: jsonb("operation_types").$type<string[]>().notNull(),
  maxOperations: integer("max_operations").notNull(),
  version: number("version"),
  updatedBy: text("updated_by").notNull(),
  updateTime: time("updated_at"),
});

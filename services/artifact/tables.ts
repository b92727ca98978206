import {
  bigint,
  boolean,
  customType,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";
import type { CustomRule } from "../notation/custom-rules.ts";
import type { ContentState } from "./content/content-state.ts";

const version = (name: string) => bigint(name, { mode: "number" }).notNull();
const time = (name: string) => timestamp(name, { withTimezone: true }).notNull();
const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

export const artifacts = pgTable("artifacts", {
  tenantId: uuid("tenant_id").notNull(),
  artifactId: uuid("artifact_id").notNull(),
  title: text("title").notNull(),
  kind: text("kind").notNull(),
  labels: jsonb("labels").$type<Record<string, string>>().notNull(),
  createdBy: text("created_by").notNull(),
  primaryChatId: uuid("primary_chat_id"),
  version: version("version"),
  createTime: time("created_at"),
  updateTime: time("updated_at"),
  content: jsonb("content").$type<ContentState>(),
});

export const artifactBranches = pgTable("artifact_branches", {
  tenantId: uuid("tenant_id").notNull(),
  branchId: uuid("branch_id").notNull(),
  artifactId: uuid("artifact_id").notNull(),
  branch: text("branch").notNull(),
  baseStreamId: text("base_stream_id").notNull(),
  baseVersion: version("base_version"),
  version: version("version"),
  content: jsonb("content").$type<ContentState>().notNull(),
  deleted: boolean("deleted").notNull(),
  createdBy: text("created_by").notNull(),
  createTime: time("created_at"),
  updateTime: time("updated_at"),
});

export const artifactRevisions = pgTable("artifact_revisions", {
  tenantId: uuid("tenant_id").notNull(),
  streamId: text("stream_id").notNull(),
  version: version("version"),
  artifactId: uuid("artifact_id").notNull(),
  origin: smallint("origin").notNull(),
  author: text("author").notNull(),
  comment: text("comment").notNull(),
  patchId: text("patch_id").notNull(),
  changeCount: integer("change_count").notNull(),
  content: jsonb("content").$type<ContentState>().notNull(),
  createTime: time("created_at"),
});

export const modelGraphs = pgTable("model_graphs", {
  tenantId: uuid("tenant_id").notNull(),
  streamId: text("stream_id").notNull(),
  version: version("version"),
  object: text("object").notNull(),
  createTime: time("created_at"),
});

export const modelItems = pgTable("model_items", {
  tenantId: uuid("tenant_id").notNull(),
  indexId: uuid("index_id").notNull(),
  itemId: text("item_id").notNull(),
  artifactId: uuid("artifact_id").notNull(),
  kind: smallint("kind").notNull(),
  key: text("key").notNull(),
  type: text("type").notNull(),
  name: text("name").notNull(),
  words: tsvector("words").notNull(),
});

export const modelReferences = pgTable("model_references", {
  tenantId: uuid("tenant_id").notNull(),
  indexId: uuid("index_id").notNull(),
  itemId: text("item_id").notNull(),
  type: text("type").notNull(),
  target: text("target").notNull(),
  /** Without the prefix that a file writes before it; the database makes it. */
  localTarget: text("local_target").notNull(),
  artifactId: uuid("artifact_id").notNull(),
});

export const modelImports = pgTable("model_imports", {
  tenantId: uuid("tenant_id").notNull(),
  indexId: uuid("index_id").notNull(),
  artifactId: uuid("artifact_id").notNull(),
  beginTime: time("begun_at"),
});

export const artifactSnapshots = pgTable("artifact_snapshots", {
  tenantId: uuid("tenant_id").notNull(),
  snapshotId: uuid("snapshot_id").notNull(),
  artifactId: uuid("artifact_id").notNull(),
  name: text("name").notNull(),
  description: text("description").notNull(),
  branch: text("branch").notNull(),
  streamId: text("stream_id").notNull(),
  version: version("version"),
  sha256: text("sha256").notNull(),
  size: version("size_bytes"),
  mediaType: text("media_type").notNull(),
  fileName: text("file_name").notNull(),
  createdBy: text("created_by").notNull(),
  createTime: time("created_at"),
});

export const uploads = pgTable("uploads", {
  tenantId: uuid("tenant_id").notNull(),
  uploadId: uuid("upload_id").notNull(),
  userId: text("user_id").notNull(),
  name: text("name").notNull(),
  size: version("size_bytes"),
  sha256: text("sha256").notNull(),
  received: version("received"),
  createTime: time("created_at"),
  expireTime: time("expires_at"),
});

export const uploadParts = pgTable("upload_parts", {
  tenantId: uuid("tenant_id").notNull(),
  uploadId: uuid("upload_id").notNull(),
  offset: version("part_offset"),
  object: text("object").notNull(),
});

export const artifactAttachments = pgTable("artifact_attachments", {
  tenantId: uuid("tenant_id").notNull(),
  attachmentId: uuid("attachment_id").notNull(),
  artifactId: uuid("artifact_id").notNull(),
  name: text("name").notNull(),
  mediaType: text("media_type").notNull(),
  size: version("size_bytes"),
  sha256: text("sha256").notNull(),
  createdBy: text("created_by").notNull(),
  createTime: time("created_at"),
  removed: boolean("removed").notNull(),
});

export const storedObjects = pgTable("stored_objects", {
  tenantId: uuid("tenant_id").notNull(),
  sha256: text("sha256").notNull(),
  size: version("size_bytes"),
  needed: integer("needed").notNull(),
  touchTime: time("touched_at"),
});

export const modelRules = pgTable("model_rules", {
  tenantId: uuid("tenant_id").notNull(),
  rules: jsonb("rules").$type<CustomRule[]>().notNull(),
  version: version("version"),
  updatedBy: text("updated_by").notNull(),
  updateTime: time("updated_at"),
});

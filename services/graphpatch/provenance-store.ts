import { and, desc, eq, inArray, lte, or, sql } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import { modelProvenance } from "./tables.ts";

/** Which operation is answerable for a field. */
export interface ProvenanceRow {
  itemId: string;
  itemKind: number;
  viewId: string;
  field: string;
  operationId: string;
  removed: boolean;
}

export interface Commit {
  /** Of the main line, or of a branch. */
  streamId: string;
  patchId: string;
  version: number;
  createTime: Date;
}

export type StoredProvenance = ProvenanceRow & Commit;

/** As JSON, since a statement takes no more than 65,535 parameters. */
export async function insertProvenance(
  tx: Tx,
  { streamId, patchId, version, createTime }: Commit,
  rows: readonly ProvenanceRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO model_provenance (tenant_id, stream_id, patch_id, version, created_at,
       item_id, item_kind, view_id, field, operation_id, removed)
     SELECT $1::uuid, $2, $3::uuid, $4::bigint, $5::timestamptz, r.*
     FROM jsonb_to_recordset($6::jsonb) AS r ("itemId" text, "itemKind" smallint, "viewId" text, "field" text,
       "operationId" text, "removed" boolean)`,
    [tx.tenantId, streamId, patchId, version, createTime, JSON.stringify(rows)],
  );
}

/** A stretch of versions: a branch has what its base had until it began. */
export interface Stretch {
  streamId: string;
  /** Up to this version. */
  upTo: number;
}

export interface ProvenanceFilter {
  /** The branch itself first. */
  stretches: readonly Stretch[];
  /** Empty: all. */
  itemIds: readonly string[];
  field: string;
  /** Only the newest of each field. */
  newestOnly: boolean;
}

const { itemId, itemKind, viewId, field, operationId, removed } = modelProvenance;
const { streamId, patchId, version, createTime } = modelProvenance;
const COLUMNS = {
  itemId,
  itemKind,
  viewId,
  field,
  operationId,
  removed,
  streamId,
  patchId,
  version,
  createTime,
};

/** Newest first: later stretches are older. */
export async function listProvenance(
  reader: Reader,
  filter: ProvenanceFilter,
  { offset, limit }: { offset: number; limit: number },
): Promise<StoredProvenance[]> {
  const { stretches } = filter;
  const age = sql`CASE ${streamId} ${sql.join(
    stretches.map((stretch, i) => sql`WHEN ${stretch.streamId} THEN ${i}::integer`),
    sql` `,
  )} END`;
  const where = and(
    eq(modelProvenance.tenantId, reader.tenantId),
    or(...stretches.map((stretch) => and(eq(streamId, stretch.streamId), lte(version, stretch.upTo)))),
    filter.itemIds.length > 0 ? inArray(itemId, [...filter.itemIds]) : undefined,
    filter.field ? eq(field, filter.field) : undefined,
  );
  const item = sql`${itemId}, ${itemKind}, ${viewId}`;
  const newest = sql`row_number() OVER (PARTITION BY ${item}, ${field} ORDER BY ${age}, ${version} DESC)`;
  // When the item came all its fields came with it.
  const place = sql`ARRAY[${age}::bigint, -${version}]`;
  const came = sql`min(CASE WHEN ${field} = '' THEN ${place} END) OVER (PARTITION BY ${item})`;
  const ranked = reader.sql
    .select({
      ...COLUMNS,
      age: sql<number>`${age}`.as("age"),
      inForce: sql<boolean>`${newest} = 1 AND coalesce(${place} <= ${came}, true)`.as("in_force"),
    })
    .from(modelProvenance)
    .where(where)
    .as("ranked");
  return reader.sql
    .select({
      itemId: ranked.itemId,
      itemKind: ranked.itemKind,
      viewId: ranked.viewId,
      field: ranked.field,
      operationId: ranked.operationId,
      removed: ranked.removed,
      streamId: ranked.streamId,
      patchId: ranked.patchId,
      version: ranked.version,
      createTime: ranked.createTime,
    })
    .from(ranked)
    .where(filter.newestOnly ? sql`${ranked.inForce}` : undefined)
    .orderBy(ranked.age, desc(ranked.version), ranked.itemId, ranked.itemKind, ranked.viewId, ranked.field)
    .limit(limit)
    .offset(offset);
}

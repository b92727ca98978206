import { and, desc, eq, inArray, lte, or, sql, type SQL } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import type { Overwritten } from "./overwritten.ts";
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
  /** With it only the newest of each field, unless an import has overwritten it since. */
  overwritten: Overwritten | undefined;
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

/** What no import came over. */
function stillThere({ all, fields }: Overwritten, age: SQL): SQL[] {
  const [whole, single] = [fields.filter((each) => each.field === ""), fields.filter((each) => each.field)];
  const isLater = sql`(o."age", -o."version") < (${age}, -${version})`;
  const isSame = sql`o."itemId" = ${itemId} AND o."itemKind" = ${itemKind} AND o."viewId" = ${viewId}`;
  const imported = (given: Overwritten["fields"]) =>
    sql`jsonb_to_recordset(${JSON.stringify(given)}::jsonb) AS o ("age" integer, "version" bigint, "itemId" text,
      "itemKind" smallint, "viewId" text, "field" text)`;
  const none = (given: Overwritten["fields"], also: SQL) =>
    given.length === 0
      ? []
      : [sql`NOT EXISTS (SELECT 1 FROM ${imported(given)} WHERE ${isSame} AND ${isLater} ${also})`];
  return [
    ...(all ? [sql`(${age}, -${version}) < (${all.age}::integer, ${-all.version}::bigint)`] : []),
    ...none(whole, sql``),
    ...none(single, sql`AND o."field" = ${field}`),
  ];
}

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
    ...(filter.overwritten ? stillThere(filter.overwritten, age) : []),
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
    .where(filter.overwritten ? sql`${ranked.inForce}` : undefined)
    .orderBy(ranked.age, desc(ranked.version), ranked.itemId, ranked.itemKind, ranked.viewId, ranked.field)
    .limit(limit)
    .offset(offset);
}

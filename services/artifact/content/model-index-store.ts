import { and, eq, inArray } from "drizzle-orm";
import type { Graph } from "../../notation/graph.ts";
import type { Database, Tx } from "../../platform/db/database.ts";
import { modelItems, modelReferences } from "../tables.ts";
import {
  indexedItem,
  linksOfDocument,
  referencesOf,
  type IndexedItem,
  type IndexedReference,
} from "./model-index.ts";

/** Where index rows belong. */
export interface IndexPlace {
  artifactId: string;
  indexId: string;
}

/** PostgreSQL takes the columns as arrays: one statement, however many rows. */
export async function insertItems(
  tx: Tx,
  { artifactId, indexId }: IndexPlace,
  rows: readonly IndexedItem[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO model_items (tenant_id, index_id, artifact_id, item_id, kind, key, type, name)
     SELECT $1::uuid, $2::uuid, $3::uuid, t.* FROM unnest($4::text[], $5::smallint[], $6::text[], $7::text[], $8::text[]) AS t
     ON CONFLICT DO NOTHING`,
    [
      tx.tenantId,
      indexId,
      artifactId,
      rows.map(({ itemId }) => storable(itemId)),
      rows.map(({ kind }) => kind),
      rows.map(({ key }) => storable(key)),
      rows.map(({ type }) => storable(type)),
      rows.map(({ name }) => storable(name)),
    ],
  );
}

export async function insertReferences(
  tx: Tx,
  { artifactId, indexId }: IndexPlace,
  rows: readonly IndexedReference[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO model_references (tenant_id, index_id, artifact_id, item_id, type, target)
     SELECT $1::uuid, $2::uuid, $3::uuid, t.* FROM unnest($4::text[], $5::text[], $6::text[]) AS t
     ON CONFLICT DO NOTHING`,
    [
      tx.tenantId,
      indexId,
      artifactId,
      rows.map(({ itemId }) => storable(itemId)),
      rows.map(({ type }) => storable(type)),
      rows.map(({ target }) => storable(target)),
    ],
  );
}

/**
 * Deletes what an artifact has in an index that is in force no more, some rows at a time. An index that the artifact
 * names stays: whoever asks may not have heard that its commit took effect.
 */
export async function deleteIndex(
  database: Database,
  tenantId: string,
  { artifactId, indexId }: IndexPlace,
): Promise<void> {
  if (indexId === "") return;
  for (const table of ["model_items", "model_references"])
    for (let went = 1; went > 0;)
      went = await database.transaction(tenantId, async (tx) => {
        const rows = await tx.query(
          `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${table}
             WHERE tenant_id = $1::uuid AND index_id = $2::uuid AND artifact_id = $3::uuid
               AND NOT EXISTS (SELECT FROM artifacts a WHERE a.tenant_id = $1::uuid AND a.artifact_id = $3::uuid
                 AND a.content->>'indexId' = $2::uuid::text)
             LIMIT 500)) RETURNING 1`,
          [tenantId, indexId, artifactId],
        );
        return rows.length;
      });
}

/** PostgreSQL's texts hold everything but NUL. */
const storable = (text: string): string => text.replaceAll("\0", "\u{FFFD}");

/** Makes the links of a document all that its index has. A document is one item, without an id. */
export async function indexDocument(tx: Tx, place: IndexPlace, text: string): Promise<void> {
  if (place.indexId === "") return;
  await tx.sql
    .delete(modelReferences)
    .where(and(eq(modelReferences.tenantId, tx.tenantId), eq(modelReferences.indexId, place.indexId)));
  await insertReferences(tx, place, [...linksOfDocument(text)]);
}

/** Puts the rows of these items right, with the graph as it is now. */
export async function indexTouched(
  tx: Tx,
  place: IndexPlace,
  graph: Graph,
  touched: ReadonlySet<string>,
): Promise<void> {
  if (touched.size === 0 || place.indexId === "") return;
  const ids = [...touched].map(storable);
  const of = (table: typeof modelItems | typeof modelReferences) =>
    and(eq(table.tenantId, tx.tenantId), eq(table.indexId, place.indexId), inArray(table.itemId, ids));
  await tx.sql.delete(modelItems).where(of(modelItems));
  await tx.sql.delete(modelReferences).where(of(modelReferences));
  await insertItems(
    tx,
    place,
    ids.flatMap((id) => itemOf(graph, id)),
  );
  await insertReferences(
    tx,
    place,
    ids.flatMap((id) => [...referencesOfItem(graph, id)]),
  );
}

function itemOf({ elements, relations, views }: Graph, id: string): IndexedItem[] {
  const element = elements.get(id);
  if (element) return [indexedItem("element", element)];
  const relation = relations.get(id);
  if (relation) return [indexedItem("relation", relation)];
  const view = views.get(id);
  return view ? [indexedItem("view", view)] : [];
}

function referencesOfItem({ elements, relations }: Graph, id: string): Iterable<IndexedReference> {
  const item = elements.get(id) ?? relations.get(id);
  return item ? referencesOf(item) : [];
}

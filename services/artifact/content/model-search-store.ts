import type { Reader } from "../../platform/db/database.ts";

/** An element, relation or view of a model as it is now. */
export interface FoundItem {
  artifactId: string;
  artifactTitle: string;
  /** As ItemKind of the contracts. */
  kind: number;
  itemId: string;
  key: string;
  type: string;
  name: string;
}

export interface FoundItems {
  items: FoundItem[];
  /** There are more with these words than were looked at. */
  isCut: boolean;
}

/** Words that are everywhere would find everything; so many are looked at. */
const CANDIDATES = 5000;

/** Only what is in force: rows under the index that the artifact names. The count is there even if nothing else is. */
const SEARCH = `
  WITH candidates AS MATERIALIZED (
    SELECT index_id, item_id FROM model_items_with_words($2,
      CASE WHEN $3 <> '' THEN ARRAY(SELECT NULLIF(content->>'indexId', '')::uuid FROM artifacts
        WHERE tenant_id = $1::uuid AND artifact_id = NULLIF($3, '')::uuid) END,
      NULLIF($4::text[], '{}'), ${CANDIDATES})
  ), found AS (
    SELECT i.artifact_id::text, a.title, i.kind::int, i.item_id, i.key, i.type, i.name
    FROM model_items i JOIN artifacts a ON a.tenant_id = $1::uuid AND a.artifact_id = i.artifact_id
      AND a.content->>'indexId' = i.index_id::text
    WHERE i.tenant_id = $1::uuid AND (i.index_id, i.item_id) IN (SELECT index_id, item_id FROM candidates)
    ORDER BY i.artifact_id, i.name, i.item_id LIMIT $5
  )
  SELECT n.count, f.* FROM (SELECT count(*)::int AS count FROM candidates) n LEFT JOIN found f ON true
  ORDER BY f.artifact_id, f.name, f.item_id`;

type Row = readonly [number, string | null, string, number, string, string, string, string];

export async function itemsWithWords(
  reader: Reader,
  {
    query,
    artifactId,
    types,
    limit,
  }: { query: string; artifactId: string; types: readonly string[]; limit: number },
): Promise<FoundItems> {
  const params = [reader.tenantId, query, artifactId, [...types], limit];
  const rows = (await reader.query(SEARCH, params)) as unknown as Row[];
  const items = rows.flatMap(([, id, artifactTitle, kind, itemId, key, type, name]) =>
    id === null ? [] : [{ artifactId: id, artifactTitle, kind, itemId, key, type, name }],
  );
  return { items, isCut: (rows[0]?.[0] ?? 0) >= CANDIDATES };
}

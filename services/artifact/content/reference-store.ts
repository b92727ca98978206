import type { Reader } from "../../platform/db/database.ts";

/** A reference between artifacts. Kinds as in the contracts: calls 1, decides 2, same key 3, link 4. */
export interface ReferenceRow {
  kind: number;
  sourceArtifactId: string;
  sourceElementId: string;
  /** Empty: nothing in the tenant is what is referred to. */
  targetArtifactId: string;
  targetElementId: string;
  value: string;
  /** Where it stands in the list. */
  sortKey: string;
}

export interface ReferenceQuery {
  artifactId: string;
  /** Empty: of any element. */
  elementId: string;
  /** Empty: all. */
  kinds: readonly number[];
  after: string;
  limit: number;
}

const DECIDES = "('calledDecision', 'decisionRef', 'decision')";
const KIND = `CASE WHEN r.type = 'calledElement' THEN 1 WHEN r.type IN ${DECIDES} THEN 2 END`;
const TYPE = `CASE WHEN r.type = 'calledElement' THEN 'process' ELSE 'decision' END`;
const CALLING = `(r.type = 'calledElement' OR r.type IN ${DECIDES})`;
/** The rows of an index count only while its artifact names it. */
const inForce = (rows: string, artifact: string) =>
  `${artifact}.tenant_id = $1 AND ${artifact}.artifact_id = ${rows}.artifact_id
   AND NULLIF(${artifact}.content->>'indexId', '')::uuid = ${rows}.index_id`;
const OWN = `SELECT NULLIF(content->>'indexId', '')::uuid AS index_id FROM artifacts
   WHERE tenant_id = $1 AND artifact_id = $2::uuid`;
const UUID = "'^ameide:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})'";

const page = (refs: string, element: "source_element" | "target_element") => `
  WITH own AS (${OWN}), refs AS (${refs}), sorted AS (
    SELECT *, coalesce(source_artifact::text, '') || ' ' || source_element || ' ' || kind || ' ' ||
      coalesce(target_artifact::text, '') || ' ' || coalesce(target_element, '') || ' ' || value AS sort_key
    FROM refs
  )
  SELECT kind, source_artifact::text, source_element, coalesce(target_artifact::text, ''),
         coalesce(target_element, ''), value, sort_key
  FROM sorted
  WHERE kind = ANY ($4::int[]) AND ($3 = '' OR ${element} = $3) AND sort_key COLLATE "C" > $5
  ORDER BY sort_key COLLATE "C" LIMIT $6`;

const OUTGOING = page(
  `SELECT ${KIND} AS kind, $2::uuid AS source_artifact, r.item_id AS source_element,
          t.artifact_id AS target_artifact, t.item_id AS target_element, r.target AS value
     FROM own JOIN model_references r ON r.tenant_id = $1 AND r.index_id = own.index_id AND ${CALLING}
     LEFT JOIN LATERAL (
       SELECT i.artifact_id, i.item_id FROM model_items i JOIN artifacts a ON ${inForce("i", "a")}
       WHERE i.tenant_id = $1 AND i.item_id = r.local_target AND i.type IN ('process', 'decision') AND i.type = ${TYPE}
     ) t ON true
     WHERE t.artifact_id IS DISTINCT FROM $2::uuid
   UNION ALL
   SELECT 3, $2::uuid, i.item_id, o.artifact_id, o.item_id, i.key
     FROM own JOIN model_items i ON i.tenant_id = $1 AND i.index_id = own.index_id AND i.key <> ''
     JOIN model_items o ON o.tenant_id = $1 AND o.key = i.key AND o.key <> '' AND o.artifact_id <> $2::uuid
     JOIN artifacts a ON ${inForce("o", "a")}
   UNION ALL
   SELECT 4, $2::uuid, r.item_id, a.artifact_id, CASE WHEN a.artifact_id IS NOT NULL THEN split_part(r.target, '#', 2) END, r.target
     FROM own JOIN model_references r ON r.tenant_id = $1 AND r.index_id = own.index_id AND r.target >= 'ameide:' AND r.target < 'ameide;'
     LEFT JOIN artifacts a ON a.tenant_id = $1 AND a.artifact_id = substring(r.target FROM ${UUID})::uuid
     WHERE a.artifact_id IS DISTINCT FROM $2::uuid`,
  "source_element",
);

const INCOMING = page(
  `SELECT ${KIND} AS kind, r.artifact_id AS source_artifact, r.item_id AS source_element,
          $2::uuid AS target_artifact, i.item_id AS target_element, r.target AS value
     FROM own JOIN model_items i ON i.tenant_id = $1 AND i.index_id = own.index_id AND i.type IN ('process', 'decision')
     JOIN model_references r ON r.tenant_id = $1 AND r.local_target = i.item_id AND ${CALLING}
       AND i.type = ${TYPE} AND r.artifact_id <> $2::uuid
     JOIN artifacts a ON ${inForce("r", "a")}
   UNION ALL
   SELECT 3, o.artifact_id, o.item_id, $2::uuid, i.item_id, i.key
     FROM own JOIN model_items i ON i.tenant_id = $1 AND i.index_id = own.index_id AND i.key <> ''
     JOIN model_items o ON o.tenant_id = $1 AND o.key = i.key AND o.key <> '' AND o.artifact_id <> $2::uuid
     JOIN artifacts a ON ${inForce("o", "a")}
   UNION ALL
   SELECT 4, r.artifact_id, r.item_id, $2::uuid, split_part(r.target, '#', 2), r.target
     FROM model_references r JOIN artifacts a ON ${inForce("r", "a")}
     WHERE r.tenant_id = $1 AND r.target >= 'ameide:' || $2::text AND r.target < 'ameide:' || $2::text || '~'
       AND r.artifact_id <> $2::uuid`,
  "target_element",
);

/** What the artifact refers to, or what refers to it; by what refers, then kind. */
export async function listReferenceRows(
  reader: Reader,
  direction: "outgoing" | "incoming",
  { artifactId, elementId, kinds, after, limit }: ReferenceQuery,
): Promise<ReferenceRow[]> {
  const wanted = kinds.length > 0 ? kinds : [1, 2, 3, 4];
  const params = [reader.tenantId, artifactId, elementId, wanted, after, limit];
  const rows = await reader.query(direction === "outgoing" ? OUTGOING : INCOMING, params);
  return rows.map(([kind, source, sourceElement, target, targetElement, value, sortKey]) => ({
    kind: Number(kind),
    sourceArtifactId: String(source),
    sourceElementId: String(sourceElement),
    targetArtifactId: String(target),
    targetElementId: String(targetElement),
    value: String(value),
    sortKey: String(sortKey),
  }));
}

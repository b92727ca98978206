import type { Reader } from "../../platform/db/database.ts";

/** A name under which a state of a model can be read. Kinds as in the contracts: branch 1, snapshot 2, version 3. */
export interface ModelRefRow {
  kind: number;
  name: string;
  branch: string;
  version: number;
  time: Date;
  /** Where it stands in the list. */
  sortKey: string;
}

/** Branches by name, main first; then snapshots, then versions of main, newest first. */
const LIST = `
  SELECT kind, name, branch, version::text, (extract(epoch FROM time) * 1000)::bigint::text, sort_key FROM (
    SELECT 1 AS kind, 'main' AS name, 'main' AS branch, version, updated_at AS time, '0' AS sort_key
      FROM artifacts WHERE tenant_id = $1 AND artifact_id = $2 AND content->>'form' = 'model'
    UNION ALL
    SELECT 1, branch, branch, version, updated_at, '1' || branch
      FROM artifact_branches
      WHERE tenant_id = $1 AND artifact_id = $2 AND NOT deleted AND content->>'form' = 'model'
    UNION ALL
    SELECT 2, s.name, s.branch, s.version, s.created_at,
           '2' || lpad((99999999999999 - (extract(epoch FROM s.created_at) * 1000)::bigint)::text, 14, '0') || s.name
      FROM artifact_snapshots s WHERE s.tenant_id = $1 AND s.artifact_id = $2
    UNION ALL
    SELECT 3, 'v' || r.version, 'main', r.version, r.created_at, '3' || lpad((999999999999999 - r.version)::text, 15, '0')
      FROM artifact_revisions r
      WHERE r.tenant_id = $1 AND r.stream_id = $3 AND r.content->>'form' = 'model'
  ) AS refs
  WHERE kind = ANY ($4::int[]) AND sort_key COLLATE "C" > $5
  ORDER BY sort_key COLLATE "C" LIMIT $6`;

export async function listModelRefRows(
  reader: Reader,
  { artifactId, streamId }: { artifactId: string; streamId: string },
  { kinds, after, limit }: { kinds: readonly number[]; after: string; limit: number },
): Promise<ModelRefRow[]> {
  const wanted = kinds.length > 0 ? kinds : [1, 2, 3];
  const params = [reader.tenantId, artifactId, streamId, wanted, after, limit];
  const rows = await reader.query(LIST, params);
  return rows.map(([kind, name, branch, version, time, sortKey]) => ({
    kind: Number(kind),
    name: String(name),
    branch: String(branch),
    version: Number(version),
    time: new Date(Number(time)),
    sortKey: String(sortKey),
  }));
}

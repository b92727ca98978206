import { and, asc, eq, inArray, sql, type SQL } from "drizzle-orm";
import type { Reader } from "../../platform/db/database.ts";
import { artifacts, modelItems } from "../tables.ts";

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

/** Only what is in force: rows under the index that the artifact names. */
const inForce = (reader: Reader): SQL | undefined =>
  and(
    eq(modelItems.tenantId, reader.tenantId),
    eq(artifacts.tenantId, reader.tenantId),
    eq(artifacts.artifactId, modelItems.artifactId),
    sql`${artifacts.content}->>'indexId' = ${modelItems.indexId}::text`,
  );

const ITEM = {
  artifactId: modelItems.artifactId,
  artifactTitle: artifacts.title,
  kind: modelItems.kind,
  itemId: modelItems.itemId,
  key: modelItems.key,
  type: modelItems.type,
  name: modelItems.name,
};

/** Words that are everywhere would find everything; so many are looked at. */
const CANDIDATES = 5000;

export async function itemsWithWords(
  reader: Reader,
  {
    query,
    artifactId,
    types,
    limit,
  }: { query: string; artifactId: string; types: readonly string[]; limit: number },
): Promise<FoundItem[]> {
  const found = sql`(${modelItems.indexId}, ${modelItems.itemId}) IN (SELECT * FROM model_items_with_words(${query}, ${CANDIDATES}))`;
  return reader.sql
    .select(ITEM)
    .from(modelItems)
    .innerJoin(artifacts, inForce(reader) ?? sql`false`)
    .where(
      and(
        found,
        artifactId === "" ? undefined : eq(modelItems.artifactId, artifactId),
        types.length === 0 ? undefined : inArray(modelItems.type, [...types]),
      ),
    )
    .orderBy(asc(modelItems.artifactId), asc(modelItems.name), asc(modelItems.itemId))
    .limit(limit);
}

import { and, asc, eq, inArray, sql, type SQL } from "drizzle-orm";
import type { Reader } from "../../platform/db/database.ts";
import { artifacts, modelItems, modelReferences } from "../tables.ts";

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

/** Something that an item says of another artifact. */
export interface FoundReference {
  artifactId: string;
  artifactTitle: string;
  itemId: string;
  /** The property that says so, or "documentation". */
  type: string;
  target: string;
}

/** Only what is in force: rows under the index that the artifact names. */
const inForce = (reader: Reader, table: typeof modelItems | typeof modelReferences): SQL | undefined =>
  and(
    eq(table.tenantId, reader.tenantId),
    eq(artifacts.tenantId, reader.tenantId),
    eq(artifacts.artifactId, table.artifactId),
    sql`${artifacts.content}->>'indexId' = ${table.indexId}::text`,
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
    .innerJoin(artifacts, inForce(reader, modelItems) ?? sql`false`)
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

/** The items that have one of these names for programs. */
export async function itemsWithKeys(reader: Reader, keys: readonly string[]): Promise<FoundItem[]> {
  const named = keys.filter((key) => key !== "");
  if (named.length === 0) return [];
  return reader.sql
    .select(ITEM)
    .from(modelItems)
    .innerJoin(artifacts, inForce(reader, modelItems) ?? sql`false`)
    .where(and(inArray(modelItems.key, named), sql`${modelItems.key} <> ''`))
    .orderBy(asc(modelItems.artifactId), asc(modelItems.itemId))
    .limit(1000);
}

/** The items that have one of these ids, in any artifact: what a reference by id may mean. */
export async function itemsWithIds(
  reader: Reader,
  artifactIds: readonly string[],
  itemIds: readonly string[],
): Promise<FoundItem[]> {
  if (itemIds.length === 0 || artifactIds.length === 0) return [];
  return reader.sql
    .select(ITEM)
    .from(modelItems)
    .innerJoin(artifacts, inForce(reader, modelItems) ?? sql`false`)
    .where(and(inArray(modelItems.artifactId, [...artifactIds]), inArray(modelItems.itemId, [...itemIds])))
    .limit(1000);
}

const REFERENCE = {
  artifactId: modelReferences.artifactId,
  artifactTitle: artifacts.title,
  itemId: modelReferences.itemId,
  type: modelReferences.type,
  target: modelReferences.target,
};

/** Who refers to any of these: ids of processes and decisions, "ameide:" links. */
export async function referencesTo(reader: Reader, targets: readonly string[]): Promise<FoundReference[]> {
  if (targets.length === 0) return [];
  return reader.sql
    .select(REFERENCE)
    .from(modelReferences)
    .innerJoin(artifacts, inForce(reader, modelReferences) ?? sql`false`)
    .where(inArray(modelReferences.target, [...targets]))
    .orderBy(asc(modelReferences.artifactId), asc(modelReferences.itemId), asc(modelReferences.type))
    .limit(1000);
}

/** What the items of an artifact say of others. */
export async function referencesFrom(reader: Reader, artifactId: string): Promise<FoundReference[]> {
  return reader.sql
    .select(REFERENCE)
    .from(modelReferences)
    .innerJoin(artifacts, inForce(reader, modelReferences) ?? sql`false`)
    .where(eq(modelReferences.artifactId, artifactId))
    .orderBy(asc(modelReferences.itemId), asc(modelReferences.type), asc(modelReferences.target))
    .limit(1000);
}

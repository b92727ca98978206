import { and, desc, eq, ilike, inArray, like, or, sql } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import type { PageCursor } from "../platform/tokens/page-token.ts";
import type { ArtifactState } from "./artifact.ts";
import { artifacts } from "./tables.ts";

type Row = typeof artifacts.$inferSelect;

const stateOf = ({ tenantId: _, primaryChatId, content, ...row }: Row): ArtifactState => ({
  ...row,
  primaryChatId: primaryChatId ?? "",
  content: content ?? undefined,
});

export async function findArtifact(reader: Reader, artifactId: string): Promise<ArtifactState | undefined> {
  const rows = await reader.sql
    .select()
    .from(artifacts)
    .where(and(eq(artifacts.tenantId, reader.tenantId), eq(artifacts.artifactId, artifactId)));
  return rows.map(stateOf)[0];
}

export async function findArtifactsById(reader: Reader, ids: readonly string[]): Promise<ArtifactState[]> {
  if (ids.length === 0) return [];
  const rows = await reader.sql
    .select()
    .from(artifacts)
    .where(and(eq(artifacts.tenantId, reader.tenantId), inArray(artifacts.artifactId, [...ids])));
  return rows.map(stateOf);
}

/** The row is the fold of the artifact's events, stored with them. */
export async function saveArtifact(tx: Tx, artifact: ArtifactState): Promise<void> {
  const row = { tenantId: tx.tenantId, ...artifact, primaryChatId: artifact.primaryChatId || null };
  const { title, version, updateTime, content } = row;
  await tx.sql
    .insert(artifacts)
    .values(row)
    .onConflictDoUpdate({
      target: [artifacts.tenantId, artifacts.artifactId],
      set: { title, version, updateTime, content },
    });
}

export async function listArtifactRows(
  reader: Reader,
  { kinds, after, limit }: { kinds: readonly string[]; after: PageCursor | undefined; limit: number },
): Promise<ArtifactState[]> {
  const ofKind = kinds.flatMap((kind) => [
    eq(artifacts.kind, kind),
    like(artifacts.kind, `${escapeLike(kind)}::%`),
  ]);
  const older = after
    ? sql`(${artifacts.updateTime}, ${artifacts.artifactId}) < (${after.sortKey}::timestamptz, ${after.id}::uuid)`
    : undefined;
  const rows = await reader.sql
    .select()
    .from(artifacts)
    .where(and(eq(artifacts.tenantId, reader.tenantId), or(...ofKind), older))
    .orderBy(desc(artifacts.updateTime), desc(artifacts.artifactId))
    .limit(limit);
  return rows.map(stateOf);
}

/** Artifacts whose title contains the text, last changed first. */
export async function searchArtifactRows(
  reader: Reader,
  text: string,
  limit: number,
): Promise<ArtifactState[]> {
  const rows = await reader.sql
    .select()
    .from(artifacts)
    .where(and(eq(artifacts.tenantId, reader.tenantId), ilike(artifacts.title, `%${escapeLike(text)}%`)))
    .orderBy(desc(artifacts.updateTime), desc(artifacts.artifactId))
    .limit(limit);
  return rows.map(stateOf);
}

const escapeLike = (text: string) => text.replaceAll(/[\\%_]/g, String.raw`\$&`);

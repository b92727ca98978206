import { and, desc, eq, sql } from "drizzle-orm";
import type { Reader, Tx } from "../../platform/db/database.ts";
import type { PageCursor } from "../../platform/tokens/page-token.ts";
import { artifactSnapshots } from "../tables.ts";

export type SnapshotState = Omit<typeof artifactSnapshots.$inferSelect, "tenantId">;

/** False when the artifact has one of that name. */
export async function addSnapshot(tx: Tx, snapshot: SnapshotState): Promise<boolean> {
  const added = await tx.sql
    .insert(artifactSnapshots)
    .values({ tenantId: tx.tenantId, ...snapshot })
    .onConflictDoNothing({
      target: [artifactSnapshots.tenantId, artifactSnapshots.artifactId, artifactSnapshots.name],
    })
    .returning({ snapshotId: artifactSnapshots.snapshotId });
  return added.length > 0;
}

/** Newest first. */
export async function listSnapshotRows(
  reader: Reader,
  artifactId: string,
  { after, limit }: { after: PageCursor | undefined; limit: number },
): Promise<SnapshotState[]> {
  const older = after
    ? sql`(${artifactSnapshots.createTime}, ${artifactSnapshots.snapshotId}) < (${after.sortKey}::timestamptz, ${after.id}::uuid)`
    : undefined;
  const rows = await reader.sql
    .select()
    .from(artifactSnapshots)
    .where(
      and(
        eq(artifactSnapshots.tenantId, reader.tenantId),
        eq(artifactSnapshots.artifactId, artifactId),
        older,
      ),
    )
    .orderBy(desc(artifactSnapshots.createTime), desc(artifactSnapshots.snapshotId))
    .limit(limit);
  return rows.map(({ tenantId: _, ...row }) => row);
}

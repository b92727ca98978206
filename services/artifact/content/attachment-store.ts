import { and, desc, eq, sql } from "drizzle-orm";
import type { Reader, Tx } from "../../platform/db/database.ts";
import type { PageCursor } from "../../platform/tokens/page-token.ts";
import { artifactAttachments } from "../tables.ts";

export type AttachmentState = Omit<typeof artifactAttachments.$inferSelect, "tenantId" | "removed">;

type Row = typeof artifactAttachments.$inferSelect;
const stateOf = ({ tenantId: _, removed: _removed, ...row }: Row): AttachmentState => row;

export async function addAttachment(tx: Tx, attachment: AttachmentState): Promise<void> {
  await tx.sql.insert(artifactAttachments).values({ tenantId: tx.tenantId, ...attachment, removed: false });
}

const there = (reader: Reader, artifactId: string) =>
  and(
    eq(artifactAttachments.tenantId, reader.tenantId),
    eq(artifactAttachments.artifactId, artifactId),
    eq(artifactAttachments.removed, false),
  );

export async function findAttachment(
  reader: Reader,
  artifactId: string,
  attachmentId: string,
): Promise<AttachmentState | undefined> {
  const rows = await reader.sql
    .select()
    .from(artifactAttachments)
    .where(and(there(reader, artifactId), eq(artifactAttachments.attachmentId, attachmentId)));
  return rows.map(stateOf)[0];
}

export async function markRemoved(tx: Tx, artifactId: string, attachmentId: string): Promise<void> {
  await tx.sql
    .update(artifactAttachments)
    .set({ removed: true })
    .where(and(there(tx, artifactId), eq(artifactAttachments.attachmentId, attachmentId)));
}

/** Newest first. */
export async function listAttachmentRows(
  reader: Reader,
  artifactId: string,
  { after, limit }: { after: PageCursor | undefined; limit: number },
): Promise<AttachmentState[]> {
  const { createTime, attachmentId } = artifactAttachments;
  const older = after
    ? sql`(${createTime}, ${attachmentId}) < (${after.sortKey}::timestamptz, ${after.id}::uuid)`
    : undefined;
  const rows = await reader.sql
    .select()
    .from(artifactAttachments)
    .where(and(there(reader, artifactId), older))
    .orderBy(desc(createTime), desc(attachmentId))
    .limit(limit);
  return rows.map(stateOf);
}

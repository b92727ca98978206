import { and, asc, eq, gt, lt, sql } from "drizzle-orm";
import type { Reader, Tx } from "../../platform/db/database.ts";
import { uploadParts, uploads } from "../tables.ts";

export interface UploadState {
  uploadId: string;
  userId: string;
  name: string;
  size: number;
  /** Empty: it is not compared. */
  sha256: string;
  received: number;
  createTime: Date;
  expireTime: Date;
}

type Row = typeof uploads.$inferSelect;
const uploadOf = ({ tenantId: _, ...row }: Row): UploadState => row;

export async function addUpload(tx: Tx, upload: UploadState): Promise<void> {
  await tx.sql.insert(uploads).values({ tenantId: tx.tenantId, ...upload });
}

const ofUser = (reader: Reader, userId: string, uploadId: string, now: Date) =>
  and(
    eq(uploads.tenantId, reader.tenantId),
    eq(uploads.uploadId, uploadId),
    eq(uploads.userId, userId),
    gt(uploads.expireTime, now),
  );

export async function findUpload(
  reader: Reader,
  userId: string,
  uploadId: string,
  now: Date,
): Promise<UploadState | undefined> {
  const rows = await reader.sql
    .select()
    .from(uploads)
    .where(ofUser(reader, userId, uploadId, now));
  return rows.map(uploadOf)[0];
}

/** What the tenant has under way, and of which size. Whoever begins one waits for others who do. */
export async function openUploads(tx: Tx, now: Date): Promise<{ count: number; bytes: number }> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 11))", [`uploads ${tx.tenantId}`]);
  const rows = await tx.sql
    .select({ count: sql<string>`count(*)`, bytes: sql<string>`coalesce(sum(${uploads.size}), 0)` })
    .from(uploads)
    .where(and(eq(uploads.tenantId, tx.tenantId), gt(uploads.expireTime, now)));
  return { count: Number(rows[0]?.count ?? 0), bytes: Number(rows[0]?.bytes ?? 0) };
}

export interface Part {
  offset: number;
  object: string;
}

/** Undefined when the part is not the next one any more. */
export async function addPart(
  tx: Tx,
  upload: UploadState,
  part: Part & { size: number },
): Promise<UploadState | undefined> {
  const rows = await tx.sql
    .update(uploads)
    .set({ received: sql`${uploads.received} + ${part.size}` })
    .where(
      and(
        eq(uploads.tenantId, tx.tenantId),
        eq(uploads.uploadId, upload.uploadId),
        eq(uploads.received, part.offset),
      ),
    )
    .returning();
  const [next] = rows.map(uploadOf);
  if (!next) return undefined;
  const { offset, object } = part;
  await tx.sql
    .insert(uploadParts)
    .values({ tenantId: tx.tenantId, uploadId: upload.uploadId, offset, object });
  return next;
}

export async function partsOf(reader: Reader, uploadId: string): Promise<Part[]> {
  return reader.sql
    .select({ offset: uploadParts.offset, object: uploadParts.object })
    .from(uploadParts)
    .where(and(eq(uploadParts.tenantId, reader.tenantId), eq(uploadParts.uploadId, uploadId)))
    .orderBy(asc(uploadParts.offset));
}

export async function deleteUpload(tx: Tx, uploadId: string): Promise<void> {
  await tx.sql.delete(uploads).where(and(eq(uploads.tenantId, tx.tenantId), eq(uploads.uploadId, uploadId)));
}

/** Deletes some that have expired, of all tenants; their parts' rows go with them. */
export async function deleteExpiredUploads(
  systemTx: Tx,
  now: Date,
): Promise<{ tenantId: string; uploadId: string }[]> {
  return systemTx.sql
    .delete(uploads)
    .where(lt(uploads.expireTime, now))
    .returning({ tenantId: uploads.tenantId, uploadId: uploads.uploadId });
}

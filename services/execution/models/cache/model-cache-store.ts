import { and, desc, eq, gt, sql } from "drizzle-orm";
import type { Reader, Tx } from "../../../platform/db/database.ts";
import { sweepRows } from "../../../platform/db/sweep-rows.ts";
import { modelCache } from "./tables.ts";

export async function findAnswer(reader: Reader, key: Uint8Array, now: Date): Promise<string | undefined> {
  const [row] = await reader.sql
    .select({ answer: modelCache.answer })
    .from(modelCache)
    .where(
      and(eq(modelCache.tenantId, reader.tenantId), eq(modelCache.key, key), gt(modelCache.expireTime, now)),
    );
  return row?.answer;
}

export interface AnswerToKeep {
  key: Uint8Array;
  model: string;
  answer: string;
  now: Date;
  expireTime: Date;
}

/** Keeps an answer in place of an older one, and of the tenant's answers only so many: the latest. */
export async function keepAnswer(tx: Tx, kept: AnswerToKeep, mostAnswers: number): Promise<void> {
  const { key, model, answer, now, expireTime } = kept;
  const row = { model, answer, createTime: now, expireTime };
  await tx.sql
    .insert(modelCache)
    .values({ tenantId: tx.tenantId, key, ...row })
    .onConflictDoUpdate({ target: [modelCache.tenantId, modelCache.key], set: row });
  const [oldest] = await tx.sql
    .select({ createTime: modelCache.createTime })
    .from(modelCache)
    .where(eq(modelCache.tenantId, tx.tenantId))
    .orderBy(desc(modelCache.createTime))
    .offset(mostAnswers)
    .limit(1);
  if (!oldest) return;
  const isOld = sql`${modelCache.createTime} <= ${oldest.createTime.toISOString()}::timestamptz`;
  await tx.sql.delete(modelCache).where(and(eq(modelCache.tenantId, tx.tenantId), isOld));
}

/** Deletes what may not be given again, of all tenants, some at a time; resolves to how many went. */
export const sweepAnswers = (systemTx: Tx, now: Date): Promise<number> =>
  sweepRows(systemTx, modelCache.expireTime, now);

import { and, eq } from "drizzle-orm";
import type { Reader, Tx } from "../db/database.ts";
import { sweepRows } from "../db/sweep-rows.ts";
import { requestLog } from "./tables.ts";

interface RequestKey {
  userId: string;
  requestId: string;
}

const keyOf = (tx: Reader, { userId, requestId }: RequestKey) =>
  and(
    eq(requestLog.tenantId, tx.tenantId),
    eq(requestLog.userId, userId),
    eq(requestLog.requestId, requestId),
  );

/** Takes the request id for this transaction; a second taker waits for the first one's commit and gets false. */
export async function takeRequestId(
  tx: Tx,
  key: RequestKey,
  requestHash: Uint8Array,
  now: Date,
): Promise<boolean> {
  const taken = await tx.sql
    .insert(requestLog)
    .values({ tenantId: tx.tenantId, ...key, requestHash, response: new Uint8Array(), createdAt: now })
    .onConflictDoNothing()
    .returning({ requestId: requestLog.requestId });
  return taken.length > 0;
}

export async function storedResponse(tx: Reader, key: RequestKey) {
  const [row] = await tx.sql
    .select({ requestHash: requestLog.requestHash, response: requestLog.response })
    .from(requestLog)
    .where(keyOf(tx, key));
  return row;
}

export async function storeResponse(tx: Tx, key: RequestKey, response: Uint8Array): Promise<void> {
  await tx.sql.update(requestLog).set({ response }).where(keyOf(tx, key));
}

/** Deletes what is older, of all tenants, some at a time; resolves to how many rows went. */
export const sweepRequestLog = (systemTx: Tx, olderThan: Date): Promise<number> =>
  sweepRows(systemTx, requestLog.createdAt, olderThan);

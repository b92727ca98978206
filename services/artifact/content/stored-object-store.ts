import { and, eq, inArray, lt, sql } from "drizzle-orm";
import type { Tx } from "../../platform/db/database.ts";
import { storedObjects } from "../tables.ts";

/** Says that the object is about to be put; what is said so is not swept for a day. */
export async function touchObject(
  tx: Tx,
  object: { sha256: string; size: number },
  now: Date,
): Promise<void> {
  await tx.sql
    .insert(storedObjects)
    .values({ tenantId: tx.tenantId, ...object, needed: 0, touchTime: now })
    .onConflictDoUpdate({
      target: [storedObjects.tenantId, storedObjects.sha256],
      set: { touchTime: sql`GREATEST(${storedObjects.touchTime}, EXCLUDED.touched_at)` },
    });
}

/** Counts one who needs the objects, or one less. */
export async function needObjects(tx: Tx, sha256s: readonly string[], by: 1 | -1 = 1): Promise<void> {
  const named = [...new Set(sha256s.filter((sha256) => sha256 !== ""))];
  if (named.length === 0) return;
  await tx.sql
    .update(storedObjects)
    .set({ needed: sql`${storedObjects.needed} + ${by}` })
    .where(and(eq(storedObjects.tenantId, tx.tenantId), inArray(storedObjects.sha256, named)));
}

/** Short transactions: while one is open, followers of the feed see nothing newer. */
const AT_ONCE = 50;

/** Deletes the rows of some objects that nobody needs, of all tenants. */
export async function deleteUnneededObjects(
  systemTx: Tx,
  touchedBefore: Date,
): Promise<{ tenantId: string; sha256: string }[]> {
  const unneeded = and(eq(storedObjects.needed, 0), lt(storedObjects.touchTime, touchedBefore));
  const some = systemTx.sql
    .select({ tenantId: storedObjects.tenantId, sha256: storedObjects.sha256 })
    .from(storedObjects)
    .where(unneeded)
    .limit(AT_ONCE);
  return systemTx.sql
    .delete(storedObjects)
    .where(and(unneeded, sql`(${storedObjects.tenantId}, ${storedObjects.sha256}) IN ${some}`))
    .returning({ tenantId: storedObjects.tenantId, sha256: storedObjects.sha256 });
}

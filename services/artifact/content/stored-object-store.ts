import { and, eq, inArray, sql } from "drizzle-orm";
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

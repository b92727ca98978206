import { and, asc, lt, lte, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Tx } from "./database.ts";

/** While a transaction is open, followers of the feed see nothing newer, so a sweep is many short ones. */
export const SWEEP_ROWS = 2000;

/**
 * Deletes the oldest rows of all tenants that are older than a time, about SWEEP_ROWS of them; resolves to how many went.
 * Fewer than that: there are no more. The system may read nothing of such a table but keys and ages.
 */
export async function sweepRows(systemTx: Tx, age: PgColumn, olderThan: Date): Promise<number> {
  const { table } = age;
  const isOver = lt(age, olderThan);
  const last = systemTx.sql
    .select({ age })
    .from(table)
    .where(isOver)
    .orderBy(asc(age))
    .offset(SWEEP_ROWS - 1)
    .limit(1);
  const gone = await systemTx.sql
    .delete(table)
    .where(and(isOver, lte(age, sql`COALESCE(${last}, 'infinity')`)))
    .returning({ age });
  return gone.length;
}

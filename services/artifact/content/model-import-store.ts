import { and, asc, eq, lt } from "drizzle-orm";
import type { Tx } from "../../platform/db/database.ts";
import { modelImports } from "../tables.ts";
import type { IndexPlace } from "./model-index-store.ts";

/** Notes that an import writes or replaces this index; should it be killed, the index is swept. */
export async function noteImport(tx: Tx, { artifactId, indexId }: IndexPlace, now: Date): Promise<void> {
  if (indexId === "") return;
  const row = { tenantId: tx.tenantId, indexId, artifactId, beginTime: now };
  await tx.sql
    .insert(modelImports)
    .values(row)
    .onConflictDoUpdate({ target: [modelImports.tenantId, modelImports.indexId], set: { beginTime: now } });
}

const AT_ONCE = 50;

/** Some indexes of imports that began before, of all tenants. */
export async function importsBegunBefore(
  systemTx: Tx,
  before: Date,
): Promise<(IndexPlace & { tenantId: string })[]> {
  return systemTx.sql
    .select({
      tenantId: modelImports.tenantId,
      indexId: modelImports.indexId,
      artifactId: modelImports.artifactId,
    })
    .from(modelImports)
    .where(lt(modelImports.beginTime, before))
    .orderBy(asc(modelImports.beginTime))
    .limit(AT_ONCE);
}

export async function forgetImport(tx: Tx, indexId: string): Promise<void> {
  await tx.sql
    .delete(modelImports)
    .where(and(eq(modelImports.tenantId, tx.tenantId), eq(modelImports.indexId, indexId)));
}

import { eq } from "drizzle-orm";
import type { CustomRule } from "../../notation/custom-rules.ts";
import type { Reader, Tx } from "../../platform/db/database.ts";
import { modelRules } from "../tables.ts";

export interface RuleSet {
  rules: CustomRule[];
  /** Of the stream of the tenant's rules; 0: there never were any. */
  version: number;
}

export async function findRules(reader: Reader): Promise<RuleSet> {
  const rows = await reader.sql
    .select({ rules: modelRules.rules, version: modelRules.version })
    .from(modelRules)
    .where(eq(modelRules.tenantId, reader.tenantId));
  return rows[0] ?? { rules: [], version: 0 };
}

export async function saveRules(
  tx: Tx,
  set: RuleSet & { updatedBy: string; updateTime: Date },
): Promise<void> {
  await tx.sql
    .insert(modelRules)
    .values({ tenantId: tx.tenantId, ...set })
    .onConflictDoUpdate({ target: [modelRules.tenantId], set });
}

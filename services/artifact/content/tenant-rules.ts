import { customViolations } from "../../notation/custom-rules.ts";
import type { Rule } from "../../notation/notation.ts";
import type { Reader } from "../../platform/db/database.ts";
import { findRules } from "./model-rule-store.ts";

/** The tenant's own rules for a notation, as rules like all others. */
export async function tenantRules(reader: Reader, { notation }: { notation: string }): Promise<Rule[]> {
  const { rules } = await findRules(reader);
  return rules
    .filter((rule) => rule.notation === undefined || rule.notation === notation)
    .map((rule) => ({
      id: rule.id,
      severity: rule.severity,
      says: rule.says,
      check: (graph, scope) => customViolations(graph, [rule], scope),
    }));
}

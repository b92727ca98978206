import type { Change } from "../../notation/change.ts";
import type { Graph } from "../../notation/graph.ts";
import type { Rule } from "../../notation/notation.ts";
import type { Problem } from "../../notation/problem.ts";
import { integrityRule } from "./integrity-rule.ts";
import { refOfChange } from "./item-key.ts";
import { ruleScope } from "./rule-scope.ts";
import type { Workspace } from "./workspace.ts";

export interface RuleCheck {
  readonly before: Graph;
  readonly after: Graph;
  readonly changes: readonly Change[];
  readonly origins: readonly string[];
  readonly extraRules: readonly Rule[];
  readonly alsoCheck?: ReadonlySet<string> | undefined;
}

/** The violations that the patch brings; those that were there before are not its own. */
export function broughtViolations(ws: Workspace, check: RuleCheck): Problem[] {
  const scope = ruleScope(ws, check.changes);
  for (const id of check.alsoCheck ?? []) scope.add(id);
  const brought: Problem[] = [];
  for (const rule of [integrityRule, ...ws.kit.rules, ...check.extraRules]) {
    const after = [...rule.check(check.after, scope)];
    if (after.length === 0) continue;
    const before = Map.groupBy(rule.check(check.before, scope), identity);
    for (const [key, violations] of Map.groupBy(after, identity))
      brought.push(...violations.slice(before.get(key)?.length ?? 0));
  }
  const toucher = touchers(check.changes, check.origins);
  return brought.map((violation) => attributed(check.after, violation, toucher));
}

/** The same violation of the same items, whatever they are called by now. */
const identity = ({ code, itemId = "", relatedIds = [] }: Problem): string =>
  JSON.stringify([code, itemId, [...relatedIds].toSorted()]);

/** The operation that last touched an item, or failing that what surrounds it. */
function touchers(changes: readonly Change[], origins: readonly string[]): ReadonlyMap<string, string> {
  const direct = new Map<string, string>();
  const nearby = new Map<string, string>();
  for (const [i, change] of changes.entries()) {
    const ref = refOfChange(change);
    if (ref.kind === "model") continue;
    const origin = origins[i] ?? "";
    direct.set("viewId" in ref ? ref.viewId : ref.id, origin);
    if (!("item" in change) || change.item.kind !== "relation") continue;
    nearby.set(change.item.value.source, origin).set(change.item.value.target, origin);
  }
  return new Map([...nearby, ...direct]);
}

function attributed(graph: Graph, violation: Problem, toucher: ReadonlyMap<string, string>): Problem {
  const direct = [violation.itemId ?? "", ...(violation.relatedIds ?? [])];
  const ends = direct.flatMap((id) => {
    const { source, target } = graph.relations.get(id) ?? {};
    return [source ?? "", target ?? "", graph.elements.get(id)?.parent ?? ""];
  });
  for (const id of [...direct, ...ends]) {
    const operationId = toucher.get(id);
    if (operationId !== undefined && operationId !== "") return { ...violation, operationId };
  }
  return violation;
}

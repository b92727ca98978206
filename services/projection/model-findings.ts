import { tenantRules, type LoadedModel } from "../artifact/index.ts";
import type { Graph } from "../notation/graph.ts";
import type { Rule } from "../notation/notation.ts";
import type { Problem } from "../notation/problem.ts";
import type { RuleText } from "./engine/projection.ts";
import type { ProjectionDeps } from "./projection-deps.ts";

/** What has to be so, and where it is not. */
export interface Findings {
  readonly rules: readonly RuleText[];
  readonly violations: readonly Problem[];
}

export const NO_FINDINGS: Findings = { rules: [], violations: [] };

const found = new WeakMap<Graph, readonly Problem[]>();

/** By the rules of the notation, which are asked once for each version of a model, and by the tenant's own. */
export async function findingsOf(
  deps: ProjectionDeps,
  tenantId: string,
  { graph, kit }: LoadedModel,
): Promise<Findings> {
  const own = await tenantRules(deps.database.reader(tenantId), kit);
  let violations = found.get(graph);
  if (!violations) found.set(graph, (violations = check(kit.rules, graph)));
  return { rules: [...kit.rules, ...own], violations: [...violations, ...check(own, graph)] };
}

const check = (rules: readonly Rule[], graph: Graph): Problem[] =>
  rules.flatMap((rule) => [...rule.check(graph)]);

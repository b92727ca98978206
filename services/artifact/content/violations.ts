import { customViolations, type CustomRule } from "../../notation/custom-rules.ts";
import type { Graph } from "../../notation/graph.ts";
import type { NotationKit } from "../../notation/notation.ts";
import type { Problem } from "../../notation/problem.ts";

export interface CheckResult {
  problems: Problem[];
  problemCount: number;
  errorCount: number;
}

/** What the rules of the notation and the tenant's own say of a graph, or of some of its items. */
export function* violations(
  { rules }: Pick<NotationKit, "rules">,
  graph: Graph,
  custom: readonly CustomRule[],
  scope?: ReadonlySet<string>,
): Generator<Problem> {
  for (const rule of rules) yield* rule.check(graph, scope);
  yield* customViolations(graph, custom, scope);
}

const MOST_PROBLEMS = 10_000;
const WEIGHT = { error: 0, warning: 1, info: 2 } as const;

/** The gravest first; what is beyond the limit is only counted. */
export function sorted(problems: readonly Problem[]): CheckResult {
  const byWeight = problems.toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
  const errorCount = problems.filter(({ severity }) => severity === "error").length;
  return { problems: byWeight.slice(0, MOST_PROBLEMS), problemCount: problems.length, errorCount };
}

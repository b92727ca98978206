import { checkModel, findModelRules, type LoadedModel } from "../artifact/index.ts";
import type { Graph } from "../notation/graph.ts";
import type { Problem } from "../notation/problem.ts";
import type { RuleText } from "./engine/projection.ts";
import type { ProjectionDeps } from "./projection-deps.ts";

/** What has to be so, and where it is not. */
export interface Findings {
  readonly rules: readonly RuleText[];
  readonly violations: readonly Problem[];
}

export const NO_FINDINGS: Findings = { rules: [], violations: [] };

interface Checked {
  /** Whose own rules there were, and which version of them. */
  readonly by: string;
  readonly problems: Promise<readonly Problem[]>;
}

const checked = new WeakMap<Graph, Checked>();

/** By the rules of the notation and by the tenant's own, which are asked once for each version of a model. */
export async function findingsOf(
  deps: Pick<ProjectionDeps, "database" | "codecs">,
  tenantId: string,
  model: LoadedModel,
): Promise<Findings> {
  const { rules, version } = await findModelRules(deps.database.reader(tenantId));
  const own = rules.filter(({ notation = model.notation }) => notation === model.notation);
  const by = `${tenantId} ${version}`;
  let found = checked.get(model.graph);
  if (found?.by !== by) {
    const problems = checkModel(deps, model, own).then((result) => result.problems);
    found = { by, problems };
    checked.set(model.graph, found);
    // What failed is asked again.
    problems.catch(() => checked.get(model.graph)?.problems === problems && checked.delete(model.graph));
  }
  return { rules: [...model.kit.rules, ...own], violations: await found.problems };
}

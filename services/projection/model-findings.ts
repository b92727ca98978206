import type { LoadedModel } from "../artifact/index.ts";
import type { Graph } from "../notation/graph.ts";
import type { Problem } from "../notation/problem.ts";

const found = new WeakMap<Graph, readonly Problem[]>();

/** Where the model breaks the rules of its notation. Looked for once: graphs do not change. */
export function violationsIn({ graph, kit }: Pick<LoadedModel, "graph" | "kit">): readonly Problem[] {
  let violations = found.get(graph);
  if (!violations) {
    violations = kit.rules.flatMap((rule) => [...rule.check(graph)]);
    found.set(graph, violations);
  }
  return violations;
}

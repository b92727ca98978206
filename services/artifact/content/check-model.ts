import type { CustomRule } from "../../notation/custom-rules.ts";
import type { ContentDeps } from "./content-deps.ts";
import { writeGraph } from "./graph-file.ts";
import { sizeOf } from "./graph-items.ts";
import type { LoadedModel } from "./load-model.ts";
import { sorted, violations, type CheckResult } from "./violations.ts";

/** Checking more than that would hold up others. */
const CHECKED_HERE = 3000;

/** All that the rules of the notation and these say of a model; of a large one it is found in a thread. */
export async function checkModel(
  { codecs }: Pick<ContentDeps, "codecs">,
  { graph, kit, notation }: Pick<LoadedModel, "graph" | "kit" | "notation">,
  rules: readonly CustomRule[],
  signal?: AbortSignal,
): Promise<CheckResult> {
  if (sizeOf(graph) <= CHECKED_HERE) return sorted([...violations(kit, graph, rules)]);
  const job = { do: "check" as const, notation, graph: await writeGraph(graph), rules };
  return (await codecs.run(job, signal ? { signal } : {})) as CheckResult;
}

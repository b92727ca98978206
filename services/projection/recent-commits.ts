import { readChanges, type LoadedModel, type ModelCommit } from "../artifact/index.ts";
import type { Graph } from "../notation/graph.ts";
import type { Commit } from "./engine/projection.ts";
import type { ProjectionDeps } from "./projection-deps.ts";

/** What churn and evidence look at. */
const VERSIONS = 40;

const known = new WeakMap<Graph, { version: number; commits: readonly Commit[] }>();

/** The last commits up to the version, newest first. Those that replaced the whole model touched nothing by name. */
export async function recentCommits(
  deps: ProjectionDeps,
  tenantId: string,
  { artifactId, branch, contentVersion, graph }: LoadedModel,
): Promise<readonly Commit[]> {
  const before = known.get(graph);
  if (before?.version === contentVersion) return before.commits;
  const ref = { artifactId, branch };
  const from = Math.max(0, contentVersion - VERSIONS);
  const commits = (await readChanges(deps, tenantId, ref, from, contentVersion)).map(commitOf).toReversed();
  known.set(graph, { version: contentVersion, commits });
  return commits;
}

function commitOf({ version, patchId, author, time, changes = [] }: ModelCommit): Commit {
  const touched = new Set<string>();
  for (const change of changes) {
    if (change.op === "add" || change.op === "remove") {
      if (change.item.kind === "element" || change.item.kind === "relation")
        touched.add(change.item.value.id);
    } else if (change.ref.kind === "element" || change.ref.kind === "relation") touched.add(change.ref.id);
  }
  return { version, patchId, author, time, touched };
}

import { chainsOf } from "./chains.ts";
import { distancesFrom } from "./distances.ts";
import { indexOf, type GraphIndex } from "./graph-index.ts";
import { graphDelta, type GraphDelta } from "./graph-delta.ts";
import { groupItems, type Collapsed, type Grouping } from "./grouping.ts";
import { hotspotsOf, type Hotspot } from "./hotspots.ts";
import { impactOf, type Impacted } from "./impact.ts";
import { importanceOf } from "./importance.ts";
import type { ProjectionInput } from "./projection.ts";
import { cyclesOf } from "./strong-components.ts";

/** What is known of the model before anything is chosen. */
export interface Outlook {
  readonly input: ProjectionInput;
  readonly index: GraphIndex;
  readonly focus: readonly number[];
  /** Relations in focus. */
  readonly focusEdges: readonly number[];
  /** Elements of the types in focus. */
  readonly focusTyped: readonly number[];
  /** Relations away from the focus; -1: not connected. All -1 without a focus. */
  readonly distance: Int32Array;
  readonly score: Float64Array;
  readonly hotspots: readonly Hotspot[];
  readonly impacted: readonly Impacted[];
  readonly grouping: Grouping;
  readonly collapsed: readonly Collapsed[];
  readonly delta: GraphDelta | undefined;
}

export function lookAt(input: ProjectionInput): Outlook {
  const { request, scope } = input;
  const index = indexOf(input.graph);
  const focus = request.focusIds.flatMap((id) => index.at.get(id) ?? []);
  const types = new Set(request.focusTypes);
  const relations = new Set(request.focusIds);
  const focusEdges = [...index.edges.keys()].filter((at) =>
    relations.has(index.edges[at]?.relation.id ?? ""),
  );
  const origins = [...focus, ...focusEdges.flatMap((at) => endsOf(index, at))];
  const distance = distancesFrom(index, origins, request.maxDepth);
  const impacted = request.intent === "impact" ? impactOf(index, origins, request.maxDepth) : [];
  const focusTyped = index.elements.flatMap(({ type }, at) => (types.has(type) ? [at] : []));
  const far =
    scope === undefined && request.maxDepth > 0 && origins.length > 0
      ? farAway(distance, impacted, focusTyped)
      : new Set<number>();
  const observed = { changes: changesOf(input), violations: violationsOf(input) };
  const collapsed = collapsible(index, input, new Set([...origins, ...focusTyped, ...far]));
  const hotspots = hotspotsOf(index, observed);
  return {
    input,
    index,
    focus,
    focusEdges,
    focusTyped,
    distance,
    score: scoresOf(index, hotspots),
    hotspots,
    impacted,
    collapsed,
    grouping: groupItems(index, scope, collapsed, far),
    delta: input.baseline ? graphDelta(input.baseline.graph, input.graph) : undefined,
  };
}

const endsOf = (index: GraphIndex, at: number) =>
  [index.edges[at]?.source ?? -1, index.edges[at]?.target ?? -1].filter((end) => end >= 0);

function farAway(
  distance: Int32Array,
  impacted: readonly Impacted[],
  focusTyped: readonly number[],
): Set<number> {
  const near = new Set([...impacted.map(({ at }) => at), ...focusTyped]);
  return new Set([...distance.keys()].filter((at) => distance[at] === -1 && !near.has(at)));
}

/** By place in the model, and more for what stands out. */
function scoresOf(index: GraphIndex, hotspots: readonly Hotspot[]): Float64Array {
  const score = importanceOf(index).map((value) => 0.7 * value);
  for (const hotspot of hotspots) score[hotspot.at] = (score[hotspot.at] ?? 0) + 0.3 * hotspot.score;
  return score;
}

function changesOf({ commits }: ProjectionInput): Map<string, number> {
  const changes = new Map<string, number>();
  for (const { touched } of commits) for (const id of touched) changes.set(id, (changes.get(id) ?? 0) + 1);
  return changes;
}

function violationsOf({ violations }: ProjectionInput): Map<string, number> {
  const count = new Map<string, number>();
  for (const { itemId, severity } of violations)
    if (itemId !== undefined && severity !== "info") count.set(itemId, (count.get(itemId) ?? 0) + 1);
  return count;
}

const TOKENS_PER_COLLAPSED = 100;
const MOST_COLLAPSED = 100;

/** The largest runs and knots, as many as the budget has room to tell of; of those nothing that was asked for. */
function collapsible(
  index: GraphIndex,
  { request, scope }: ProjectionInput,
  kept: ReadonlySet<number>,
): Collapsed[] {
  if (scope !== undefined) return [];
  const chains = chainsOf(index).map((members) => ({ kind: "chain" as const, members }));
  const chained = new Set(chains.flatMap(({ members }) => members));
  const cycles = cyclesOf(index).map((members) => ({
    kind: "cycle" as const,
    members: members.filter((at) => !chained.has(at)),
  }));
  const most = Math.min(MOST_COLLAPSED, Math.floor(request.tokenBudget / TOKENS_PER_COLLAPSED));
  // A knot that is half of the model says nothing about it.
  const largest = index.elements.length / 4;
  return [...chains, ...cycles]
    .filter(({ kind, members }) => members.length >= 3 && (kind === "chain" || members.length <= largest))
    .filter(({ members }) => !members.some((at) => kept.has(at)))
    .toSorted((a, b) => b.members.length - a.members.length || (a.members[0] ?? 0) - (b.members[0] ?? 0))
    .slice(0, most);
}

import { flowNeighbours, oncePerGraph, type GraphIndex } from "./graph-index.ts";

export interface Scenario {
  /** Positions of elements. */
  readonly path: readonly number[];
  /** How likely it is among the ways from its start. */
  readonly weight: number;
}

const MOST = 12;
const STARTS = 24;
const PER_START = 3;
const STEPS = 600;
const LONGEST = 300;

/** The likeliest ways from where nothing leads to, to where nothing leads on; from the largest parts of the model. */
export const scenariosOf = oncePerGraph((index: GraphIndex): readonly Scenario[] => {
  const [next, previous] = [flowNeighbours(index), flowNeighbours(index, true)];
  const starts = index.elements.flatMap((_, at) =>
    next[at]?.length && previous[at]?.length === 0 ? [{ at, reach: reachOf(next, at) }] : [],
  );
  const largest = starts.toSorted((a, b) => b.reach - a.reach || a.at - b.at).slice(0, STARTS);
  const found = largest.flatMap(({ at, reach }) =>
    likeliestPaths(index, next, at).map((scenario) => ({ ...scenario, worth: scenario.weight * reach })),
  );
  return found
    .toSorted((a, b) => b.worth - a.worth || b.weight - a.weight || (a.path[0] ?? 0) - (b.path[0] ?? 0))
    .slice(0, MOST)
    .map(({ path, weight }) => ({ path, weight }));
});

/** How many elements can be reached; no more than matters to compare. */
function reachOf(next: readonly (readonly number[])[], start: number): number {
  const seen = new Set([start]);
  for (const at of seen) {
    for (const end of next[at] ?? []) seen.add(end);
    if (seen.size > LONGEST) break;
  }
  return Math.min(seen.size, LONGEST);
}

interface Step {
  readonly at: number;
  readonly weight: number;
  readonly length: number;
  readonly before: Step | undefined;
}

/** Best first: whatever is taken next has no less weight than all that comes later. Loops are not gone round. */
function likeliestPaths(index: GraphIndex, next: readonly (readonly number[])[], start: number): Scenario[] {
  const open: Step[] = [{ at: start, weight: 1, length: 1, before: undefined }];
  const found: Scenario[] = [];
  for (let steps = 0; steps < STEPS && found.length < PER_START; steps++) {
    const step = takeHeaviest(open);
    if (!step) break;
    const ways = [...new Set(next[step.at])].filter((end) => !isOn(step, end));
    const element = index.elements[step.at];
    if (next[step.at]?.length === 0) {
      if (step.length > 1) found.push({ path: pathTo(step), weight: step.weight });
    } else if (step.length < LONGEST && element) {
      // Every way counts, also those back into the loop that is left out.
      const share = index.facts.branchWeight(element, new Set(next[step.at]).size);
      for (const at of ways)
        open.push({ at, weight: step.weight * share, length: step.length + 1, before: step });
    }
  }
  return found;
}

/** Of equals the longest: it is the nearest to an end. */
function takeHeaviest(open: Step[]): Step | undefined {
  let best = 0;
  for (const [i, step] of open.entries()) {
    const leader = open[best] as Step;
    if (step.weight > leader.weight || (step.weight === leader.weight && step.length > leader.length))
      best = i;
  }
  return open.splice(best, 1)[0];
}

function isOn(step: Step, at: number): boolean {
  for (let on: Step | undefined = step; on; on = on.before) if (on.at === at) return true;
  return false;
}

function pathTo(step: Step): number[] {
  const path: number[] = [];
  for (let on: Step | undefined = step; on; on = on.before) path.push(on.at);
  return path.toReversed();
}

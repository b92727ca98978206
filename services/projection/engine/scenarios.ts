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
  const open = new OpenSteps({ at: start, weight: 1, length: 1, before: undefined });
  const found: Scenario[] = [];
  for (let steps = 0; steps < STEPS && found.length < PER_START; steps++) {
    const step = open.take();
    if (!step) break;
    const ends = new Set(next[step.at]);
    const element = index.elements[step.at];
    if (ends.size === 0) {
      if (step.length > 1) found.push({ path: pathTo(step), weight: step.weight });
    } else if (step.length < LONGEST && element) {
      // Every way counts, also those back into the loop that is left out.
      const weight = step.weight * index.facts.branchWeight(element, ends.size);
      for (const at of ends)
        if (!isOn(step, at)) open.add({ at, weight, length: step.length + 1, before: step });
    }
  }
  return found;
}

/** Steps by weight, those of one weight together; weights are few, since they come of few choices. */
class OpenSteps {
  readonly #byWeight = new Map<number, Step[]>();
  #heaviest = 0;

  constructor(first: Step) {
    this.add(first);
  }

  add(step: Step): void {
    const same = this.#byWeight.get(step.weight);
    if (same) same.push(step);
    else this.#byWeight.set(step.weight, [step]);
    this.#heaviest = Math.max(this.#heaviest, step.weight);
  }

  /** The heaviest, of equals the last that came: it is the nearest to an end. */
  take(): Step | undefined {
    const steps = this.#byWeight.get(this.#heaviest);
    const step = steps?.pop();
    if (steps?.length === 0) {
      this.#byWeight.delete(this.#heaviest);
      this.#heaviest = Math.max(0, ...this.#byWeight.keys());
    }
    return step;
  }
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

import { oncePerGraph, type GraphIndex } from "./graph-index.ts";

const ROUNDS = 12;
const DAMPING = 0.85;

/**
 * How much each element matters by its place in the model, from 0 to 1: how much leads to it and away from it, directly
 * and by way of others.
 */
export const importanceOf = oncePerGraph((index: GraphIndex): Float64Array => {
  const count = index.elements.length;
  const [led, leading] = [rank(index, false), rank(index, true)];
  const degree = Float64Array.from({ length: count }, (_, at) =>
    Math.log1p(
      (index.in[at]?.length ?? 0) + (index.out[at]?.length ?? 0) + (index.children[at]?.length ?? 0),
    ),
  );
  const parts = [scaled(led), scaled(leading), scaled(degree)] as const;
  const score = Float64Array.from(
    index.elements,
    (element, at) =>
      (0.3 * (parts[0][at] ?? 0) + 0.3 * (parts[1][at] ?? 0) + 0.4 * (parts[2][at] ?? 0)) *
      (index.facts.isMinor(element) ? 0.3 : 1) *
      (element.name === "" ? 0.8 : 1),
  );
  return scaled(score);
});

/** PageRank, along the relations or against them. */
function rank(index: GraphIndex, backwards: boolean): Float64Array {
  const count = index.elements.length;
  const ends = index.edges.filter(({ source, target }) => source >= 0 && target >= 0);
  const outgoing = new Int32Array(count);
  for (const { source, target } of ends) {
    const from = backwards ? target : source;
    outgoing[from] = (outgoing[from] ?? 0) + 1;
  }
  let now = new Float64Array(count).fill(1);
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(count).fill(1 - DAMPING);
    for (const { source, target } of ends) {
      const [from, to] = backwards ? [target, source] : [source, target];
      next[to] = (next[to] ?? 0) + (DAMPING * (now[from] ?? 0)) / (outgoing[from] ?? 1);
    }
    now = next;
  }
  return now;
}

function scaled(values: Float64Array): Float64Array {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most === 0 ? values : values.map((value) => value / most);
}

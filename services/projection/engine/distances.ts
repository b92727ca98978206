import type { GraphIndex } from "./graph-index.ts";

/**
 * How many relations each element is away from the nearest of the origins; -1: not connected. What contains and what is
 * contained is next to an element, but what a container contains besides is not near because of it.
 */
export function distancesFrom(index: GraphIndex, origins: readonly number[], maxDepth: number): Int32Array {
  const distance = new Int32Array(index.elements.length).fill(-1);
  const upwards = new Set<number>();
  for (const at of origins) distance[at] = 0;
  const deepest = maxDepth === 0 ? Number.POSITIVE_INFINITY : maxDepth;
  let front = [...origins];
  for (let depth = 1; front.length > 0 && depth <= deepest; depth++) {
    const reached: number[] = [];
    const visit = (at: number) => {
      if (at < 0 || distance[at] !== -1) return;
      distance[at] = depth;
      reached.push(at);
    };
    for (const at of front) {
      if (upwards.has(at)) continue;
      for (const edge of index.out[at] ?? []) visit(index.edges[edge]?.target ?? -1);
      for (const edge of index.in[at] ?? []) visit(index.edges[edge]?.source ?? -1);
      for (const child of index.children[at] ?? []) visit(child);
    }
    for (const at of front) {
      const container = index.parent[at] ?? -1;
      if (container >= 0 && distance[container] === -1) upwards.add(container);
      visit(container);
    }
    front = reached;
  }
  return distance;
}

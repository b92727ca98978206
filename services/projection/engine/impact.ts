import type { GraphIndex } from "./graph-index.ts";

export interface Impacted {
  /** Position of the element. */
  readonly at: number;
  readonly distance: number;
  /** Who passes it on, and by which type of relation; "contains" for containment. */
  readonly via: number;
  readonly type: string;
}

/**
 * What feels it when the elements change, nearest first. Effects follow each relation as its type means it; what is in
 * a container feels a change of it, and a container one of what it contains, but not by way of it its other contents.
 */
export function impactOf(index: GraphIndex, origins: readonly number[], maxDepth: number): Impacted[] {
  const found: Impacted[] = [];
  const seen = new Set(origins);
  const upwards = new Set<number>();
  const deepest = maxDepth === 0 ? Number.POSITIVE_INFINITY : maxDepth;
  let front = origins;
  for (let distance = 1; front.length > 0 && distance <= deepest; distance++) {
    const reached: number[] = [];
    const visit = (at: number, via: number, type: string) => {
      if (at < 0 || seen.has(at)) return;
      seen.add(at);
      reached.push(at);
      found.push({ at, distance, via, type });
    };
    for (const via of front) {
      for (const { end, type } of affectedBy(index, via)) visit(end, via, type);
      if (!upwards.has(via)) for (const child of index.children[via] ?? []) visit(child, via, "contains");
    }
    for (const via of front) {
      const container = index.parent[via] ?? -1;
      if (container >= 0 && !seen.has(container)) upwards.add(container);
      visit(container, via, "contains");
    }
    front = reached;
  }
  return found;
}

function affectedBy(index: GraphIndex, at: number): { end: number; type: string }[] {
  const affected: { end: number; type: string }[] = [];
  const look = (edges: readonly number[] | undefined, side: "source" | "target") => {
    for (const position of edges ?? []) {
      const edge = index.edges[position];
      if (!edge) continue;
      const impact = index.facts.impact(edge.relation);
      if (impact === side || impact === "both") affected.push({ end: edge[side], type: edge.relation.type });
    }
  };
  look(index.out[at], "target");
  look(index.in[at], "source");
  return affected;
}

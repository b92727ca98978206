import type { Outlook } from "./outlook.ts";

const HOPS = 3;

/**
 * All elements of the scope, most wanted first: what is within three relations of the focus, by distance; what is in
 * the same container; then each type by its share, the most important of each first; what the first look can do without last.
 */
export function rankElements(outlook: Outlook): number[] {
  const { index, distance, score, grouping } = outlook;
  const members = [...index.elements.keys()].filter((at) => grouping.ofElement[at] !== -1);
  const byType = new Map<string, number[]>();
  for (const at of members.toSorted((a, b) => (score[b] ?? 0) - (score[a] ?? 0) || a - b)) {
    const type = index.elements[at]?.type ?? "";
    const known = byType.get(type);
    if (known) known.push(at);
    else byType.set(type, [at]);
  }
  // Of a type with four times as many elements come twice as many.
  const share = new Float64Array(index.elements.length);
  for (const typed of byType.values())
    for (const [i, at] of typed.entries()) share[at] = (i + 1) / Math.sqrt(typed.length);
  const homes = new Set(outlook.focus.map((at) => index.parent[at] ?? -1).filter((at) => at >= 0));
  const hops = (at: number) => {
    const away = distance[at] ?? -1;
    if (away !== -1 && away <= HOPS) return away;
    return homes.has(index.parent[at] ?? -1) ? HOPS + 1 : HOPS + 2;
  };
  const last = (at: number) => {
    const element = index.elements[at];
    return hops(at) > 1 && element && index.facts.isMinor(element) ? 1 : 0;
  };
  const ranked = members.toSorted(
    (a, b) => last(a) - last(b) || hops(a) - hops(b) || (share[a] ?? 0) - (share[b] ?? 0) || a - b,
  );
  return withNeighbours(outlook, ranked, (at) => last(at) === 0 && hops(at) > HOPS + 1);
}

const NEIGHBOURS = 2;

/** Each brings the most important of its neighbours along: elements without relations between them say little. */
function withNeighbours(
  { index, score, grouping }: Outlook,
  ranked: readonly number[],
  mayBring: (at: number) => boolean,
): number[] {
  const taken = new Set<number>();
  for (const at of ranked) {
    if (taken.has(at)) continue;
    taken.add(at);
    if (!mayBring(at)) continue;
    const ends = [
      ...(index.out[at] ?? []).map((edge) => index.edges[edge]?.target ?? -1),
      ...(index.in[at] ?? []).map((edge) => index.edges[edge]?.source ?? -1),
    ];
    const others = [...new Set(ends)].filter(
      (end) => !taken.has(end) && grouping.ofElement[end] !== -1 && mayBring(end),
    );
    const best = others
      .filter((end) => end >= 0)
      .toSorted((a, b) => (score[b] ?? 0) - (score[a] ?? 0) || a - b);
    for (const end of best.slice(0, NEIGHBOURS)) taken.add(end);
  }
  return [...taken];
}

import { cyclesOf } from "./strong-components.ts";
import { oncePerGraph, type GraphIndex } from "./graph-index.ts";

export type HotspotReason =
  | "violation"
  | "cycle"
  | "fan_in"
  | "fan_out"
  | "churn"
  | "dead_end"
  | "disconnected"
  | "unnamed";

export interface Hotspot {
  /** Position of the element. */
  readonly at: number;
  readonly why: readonly { readonly reason: HotspotReason; readonly value: number }[];
  readonly score: number;
}

/** How often elements were changed lately and break rules, by id. */
export interface Observed {
  readonly changes: ReadonlyMap<string, number>;
  readonly violations: ReadonlyMap<string, number>;
}

type Reasons = Hotspot["why"][number][];

const WEIGHT: Record<HotspotReason, number> = {
  violation: 0.5,
  cycle: 0.3,
  fan_in: 0.4,
  fan_out: 0.4,
  churn: 0.4,
  dead_end: 0.35,
  disconnected: 0.3,
  unnamed: 0.2,
};

/** Elements that stand out, most of all first; of equals the first in the document. */
export function hotspotsOf(index: GraphIndex, { changes, violations }: Observed): Hotspot[] {
  const churned = outstanding([...changes.values()], 2);
  const found: Hotspot[] = [];
  for (const [at, reasons] of structuralReasons(index).entries()) {
    const id = index.elements[at]?.id ?? "";
    const why: Reasons = [...reasons];
    const [changed, broken] = [changes.get(id) ?? 0, violations.get(id) ?? 0];
    if (changed >= churned) why.push({ reason: "churn", value: changed });
    if (broken > 0) why.push({ reason: "violation", value: broken });
    if (why.length > 0) found.push({ at, why: why.toSorted(byWeight), score: scoreOf(why) });
  }
  return found.toSorted((a, b) => b.score - a.score || a.at - b.at);
}

const byWeight = (a: Reasons[number], b: Reasons[number]) => strength(b) - strength(a);

/** Counts weigh by their order of magnitude. */
const strength = ({ reason, value }: Reasons[number]) =>
  WEIGHT[reason] * (1 + Math.log10(Math.max(1, value)));

const scoreOf = (why: Reasons) => Math.min(1, why.reduce((sum, reason) => sum + strength(reason), 0) / 2);

const structuralReasons = oncePerGraph((index: GraphIndex): readonly (readonly Reasons[number][])[] => {
  const fanIn = outstanding(
    index.in.map((edges) => edges.length),
    4,
  );
  const fanOut = outstanding(
    index.out.map((edges) => edges.length),
    4,
  );
  // One of a cycle stands for it; in the others it matters only together with something else.
  const cycle = new Map(cyclesOf(index).flatMap((members) => members.map((at) => [at, members])));
  const degree = (at: number) => (index.in[at]?.length ?? 0) + (index.out[at]?.length ?? 0);
  const heads = new Set(
    cyclesOf(index).map((members) => members.reduce((a, b) => (degree(b) > degree(a) ? b : a))),
  );
  return index.elements.map((element, at) => {
    const [into, out] = [index.in[at]?.length ?? 0, index.out[at]?.length ?? 0];
    const why: Reasons = [];
    if (into >= fanIn) why.push({ reason: "fan_in", value: into });
    if (out >= fanOut) why.push({ reason: "fan_out", value: out });
    if (into + out === 0 && index.children[at]?.length === 0 && index.facts.shouldConnect(element))
      why.push({ reason: "disconnected", value: 0 });
    else if (index.facts.expects(element).outgoing && out === 0) why.push({ reason: "dead_end", value: 0 });
    if (element.name === "" && index.facts.shouldHaveName(element)) why.push({ reason: "unnamed", value: 0 });
    const knot = cycle.get(at);
    if (knot && (why.length > 0 || heads.has(at))) why.push({ reason: "cycle", value: knot.length });
    return why;
  });
});

/** From how many on a count stands out among the others: two deviations above the mean, and never below the least. */
function outstanding(counts: readonly number[], least: number): number {
  const some = counts.filter((count) => count > 0);
  if (some.length === 0) return Number.POSITIVE_INFINITY;
  const mean = some.reduce((sum, count) => sum + count, 0) / some.length;
  const variance = some.reduce((sum, count) => sum + (count - mean) ** 2, 0) / some.length;
  return Math.max(least, Math.ceil(mean + 2 * Math.sqrt(variance)));
}

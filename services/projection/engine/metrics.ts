import { chainsOf } from "./chains.ts";
import { flowNeighbours, oncePerGraph, type GraphIndex } from "./graph-index.ts";
import { cyclesOf } from "./strong-components.ts";

export interface Metric {
  readonly name: string;
  readonly value: number;
}

/** Figures about a whole model, the same names for every notation first. */
export const metricsOf = oncePerGraph((index: GraphIndex): readonly Metric[] => {
  const { elements, edges, graph } = index;
  const connected = elements.filter((_, at) => degreeOf(index, at) > 0).length;
  const metrics: Metric[] = [
    { name: "elements", value: elements.length },
    { name: "relations", value: edges.length },
    { name: "views", value: graph.views.size },
    { name: "element_types", value: new Set(elements.map(({ type }) => type)).size },
    { name: "unnamed", value: elements.filter((e) => e.name === "" && index.facts.shouldHaveName(e)).length },
    { name: "connected", value: connected },
    { name: "parts", value: partsOf(index) },
    { name: "cycles", value: cyclesOf(index).length },
    { name: "chains", value: chainsOf(index).length },
    { name: "nesting", value: nestingOf(index) },
    { name: "degree_mean", value: rounded((2 * edges.length) / Math.max(1, elements.length)) },
    { name: "degree_max", value: elements.reduce((most, _, at) => Math.max(most, degreeOf(index, at)), 0) },
  ];
  return [...metrics, ...ofNotation(index)];
});

function ofNotation(index: GraphIndex): Metric[] {
  const { notation } = index.graph;
  if (notation === "archimate") return [];
  const depth = { name: notation === "uml" ? "inheritance_depth" : "longest_path", value: depthOf(index) };
  if (notation !== "bpmn") return [depth];
  const count = (pattern: RegExp) => index.elements.filter(({ type }) => pattern.test(type)).length;
  const flows = index.edges.filter((edge) => edge.flows).length;
  const nodes = index.elements.filter((_, at) => flowDegree(index, at) > 0).length;
  return [
    { name: "activities", value: count(/(?:task|Task|Activity|[sS]ubProcess|transaction)$/) },
    { name: "events", value: count(/Event$/) },
    { name: "gateways", value: count(/Gateway$/) },
    // Of all processes together: edges - nodes + 2 for each that has any.
    { name: "cyclomatic_complexity", value: Math.max(0, flows - nodes + 2 * flowPartsOf(index)) },
  ];
}

const degreeOf = (index: GraphIndex, at: number) =>
  (index.in[at]?.length ?? 0) + (index.out[at]?.length ?? 0);

const flowDegree = (index: GraphIndex, at: number) =>
  [...(index.in[at] ?? []), ...(index.out[at] ?? [])].filter((edge) => index.edges[edge]?.flows).length;

const rounded = (value: number) => Math.round(value * 100) / 100;

const partsOf = (index: GraphIndex) =>
  unionOf(
    index,
    () => true,
    () => true,
  );
const flowPartsOf = (index: GraphIndex) =>
  unionOf(
    index,
    (edge) => index.edges[edge]?.flows === true,
    (at) => flowDegree(index, at) > 0,
  );

/** How many parts there are among which no such relation leads. */
function unionOf(index: GraphIndex, counts: (edge: number) => boolean, of: (at: number) => boolean): number {
  const leader = Int32Array.from(index.elements.keys());
  const find = (at: number): number => {
    let root = at;
    while (leader[root] !== root) root = leader[root] = leader[leader[root] as number] as number;
    return root;
  };
  let parts = index.elements.filter((_, at) => of(at)).length;
  for (const [position, { source, target }] of index.edges.entries()) {
    if (source < 0 || target < 0 || !counts(position)) continue;
    const [a, b] = [find(source), find(target)];
    if (a === b) continue;
    leader[a] = b;
    parts--;
  }
  return parts;
}

function nestingOf({ parent }: GraphIndex): number {
  const depth = new Int32Array(parent.length);
  let deepest = 0;
  for (let at = 0; at < parent.length; at++) {
    const way: number[] = [];
    let up = at;
    for (; up >= 0 && depth[up] === 0; up = parent[up] ?? -1) way.push(up);
    let level = up < 0 ? 0 : (depth[up] ?? 0);
    for (const on of way.toReversed()) depth[on] = ++level;
    deepest = Math.max(deepest, level);
  }
  return deepest;
}

/** The most relations on a way along what flows (generalizations, in UML), not going round cycles. */
function depthOf(index: GraphIndex): number {
  const isUml = index.graph.notation === "uml";
  const next = isUml
    ? index.out.map((edges) =>
        edges.flatMap((at) => {
          const edge = index.edges[at];
          return edge && edge.relation.type === "generalization" && edge.target >= 0 ? [edge.target] : [];
        }),
      )
    : flowNeighbours(index);
  const ways = new Ways(next);
  let deepest = 0;
  for (let at = 0; at < next.length; at++) deepest = Math.max(deepest, ways.longestFrom(at));
  return deepest;
}

/** The longest way from each node, without recursion; a node that is on the way already ends it. */
class Ways {
  readonly #next: readonly (readonly number[])[];
  readonly #length: Int32Array;
  readonly #onPath: Uint8Array;
  readonly #path: { at: number; step: number }[] = [];

  constructor(next: readonly (readonly number[])[]) {
    this.#next = next;
    this.#length = new Int32Array(next.length).fill(-1);
    this.#onPath = new Uint8Array(next.length);
  }

  longestFrom(root: number): number {
    if (this.#length[root] === -1) this.#enter(root);
    for (let top = this.#path.at(-1); top; top = this.#path.at(-1)) {
      const child = this.#next[top.at]?.[top.step++];
      if (child === undefined) this.#leave(top.at);
      else if (this.#length[child] === -1) this.#enter(child);
      else if (this.#onPath[child] === 0) this.#lengthen(top.at, child);
    }
    return this.#length[root] ?? 0;
  }

  #enter(at: number): void {
    this.#length[at] = 0;
    this.#onPath[at] = 1;
    this.#path.push({ at, step: 0 });
  }

  #leave(at: number): void {
    this.#onPath[at] = 0;
    this.#path.pop();
    const before = this.#path.at(-1)?.at;
    if (before !== undefined) this.#lengthen(before, at);
  }

  #lengthen(at: number, child: number): void {
    this.#length[at] = Math.max(this.#length[at] ?? 0, (this.#length[child] ?? 0) + 1);
  }
}

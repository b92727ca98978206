import { byCodeUnits } from "./order.ts";
import type { GraphIndex } from "./graph-index.ts";
import type { ElisionKind, Scope, TypeCount } from "./projection.ts";

/** Elements or relations that are told of together where they are left out. */
export interface Group {
  readonly kind: ElisionKind;
  /** Empty for chains, cycles and what is far. */
  readonly type: string;
  /** Positions of elements or, of "relations", of edges; in order. Of views there is only the number. */
  readonly members: readonly number[];
}

/** Every item of the scope belongs to exactly one group, and to one count. */
export interface Grouping {
  readonly groups: readonly Group[];
  /** The group of each element and edge; -1: not in the scope. */
  readonly ofElement: Int32Array;
  readonly ofEdge: Int32Array;
  /** How many there are in the scope. */
  readonly elements: number;
  readonly edges: number;
  readonly views: number;
}

export interface Collapsed {
  readonly kind: "chain" | "cycle";
  readonly members: readonly number[];
}

/** `collapsed` are the runs and knots that are told of as one; `far` is what is not looked at. */
export function groupItems(
  index: GraphIndex,
  scope: Scope | undefined,
  collapsed: readonly Collapsed[],
  far: ReadonlySet<number>,
): Grouping {
  const groups: Group[] = [];
  const ofElement = new Int32Array(index.elements.length).fill(-1);
  const ofEdge = new Int32Array(index.edges.length).fill(-1);
  const isMember = memberTest(scope);
  const addGroup = (group: Group, of: Int32Array) => {
    for (const at of group.members) of[at] = groups.length;
    if (group.members.length > 0) groups.push(group);
  };
  for (const { kind, members } of collapsed) addGroup({ kind, type: "", members }, ofElement);
  addGroup({ kind: "far", type: "", members: [...far].filter(isMember) }, ofElement);
  const rest = index.elements.flatMap((_, at) => (isMember(at) && ofElement[at] === -1 ? [at] : []));
  for (const [type, members] of byType(rest, (at) => index.elements[at]?.type ?? ""))
    addGroup({ kind: "elements", type, members }, ofElement);
  const edges = edgesOf(index, scope);
  for (const [type, members] of byType(edges, (at) => index.edges[at]?.relation.type ?? ""))
    addGroup({ kind: "relations", type, members }, ofEdge);
  const views = scope === undefined || scope.kind === "views" ? index.graph.views.size : 0;
  if (views > 0) groups.push({ kind: "views", type: "", members: [] });
  const sum = (of: Int32Array) => of.reduce((count, group) => count + (group === -1 ? 0 : 1), 0);
  return { groups, ofElement, ofEdge, elements: sum(ofElement), edges: sum(ofEdge), views };
}

function memberTest(scope: Scope | undefined): (at: number) => boolean {
  if (scope === undefined) return () => true;
  return scope.kind === "elements" ? (at) => scope.members.has(at) : () => false;
}

/** With a scope of elements all relations that begin or end there. */
function edgesOf(index: GraphIndex, scope: Scope | undefined): number[] {
  const all = [...index.edges.keys()];
  if (scope === undefined) return all;
  if (scope.kind === "relations") return all.filter((at) => scope.members.has(at));
  if (scope.kind === "views") return [];
  return all.filter((at) => {
    const edge = index.edges[at];
    return edge !== undefined && (scope.members.has(edge.source) || scope.members.has(edge.target));
  });
}

function byType(positions: readonly number[], typeOf: (at: number) => string): [string, number[]][] {
  const types = new Map<string, number[]>();
  for (const at of positions) {
    const type = typeOf(at);
    const known = types.get(type);
    if (known) known.push(at);
    else types.set(type, [at]);
  }
  return [...types].toSorted(([a], [b]) => byCodeUnits(a, b));
}

/** How many there are of each type, and how many of them are shown. */
export function countTypes(
  index: GraphIndex,
  { ofElement, ofEdge, views }: Grouping,
  shown: { isElement(at: number): boolean; isEdge(at: number): boolean; views: number },
): TypeCount[] {
  const counts = new Map<
    string,
    { kind: TypeCount["kind"]; type: string; total: number; included: number }
  >();
  const count = (kind: TypeCount["kind"], type: string, isShown: boolean) => {
    const key = `${kind} ${type}`;
    const known = counts.get(key) ?? { kind, type, total: 0, included: 0 };
    if (known.total === 0) counts.set(key, known);
    known.total++;
    if (isShown) known.included++;
  };
  for (const [at, { type }] of index.elements.entries())
    if (ofElement[at] !== -1) count("element", type, shown.isElement(at));
  for (const [at, { relation }] of index.edges.entries())
    if (ofEdge[at] !== -1) count("relation", relation.type, shown.isEdge(at));
  if (views > 0) counts.set("view", { kind: "view", type: "", total: views, included: shown.views });
  return [...counts.values()].toSorted(
    (a, b) => byCodeUnits(a.kind, b.kind) || b.total - a.total || byCodeUnits(a.type, b.type),
  );
}

import type { Change, Item, ItemRef } from "./change.ts";
import { sameValue } from "./graph-draft.ts";
import type { Graph, Value, View } from "./graph.ts";

/** The changes that make `after` of `before`: applyChanges(before, diffGraphs(before, after)) equals `after`. */
export function diffGraphs(before: Graph, after: Graph): Change[] {
  if (before === after) return [];
  const kept = [...before.views.keys()].filter((id) => after.views.has(id));
  const gone = [...before.views.values()].filter(({ id }) => !after.views.has(id));
  const come = [...after.views.values()].filter(({ id }) => !before.views.has(id));
  const inViews = (views: readonly (readonly [View, View])[]) =>
    views.flatMap(([a, b]) => [
      ...diffMaps({ kind: "connection", viewId: b.id }, a.connections, b.connections),
      ...diffMaps({ kind: "node", viewId: b.id }, a.nodes, b.nodes),
    ]);
  return [
    ...fieldChanges({ kind: "model" }, before, after, MODEL_FIELDS),
    ...inViews(gone.map((view) => [view, hollow(view)])),
    ...diffMaps({ kind: "element" }, before.elements, after.elements),
    ...diffMaps({ kind: "relation" }, before.relations, after.relations),
    ...diffMaps({ kind: "view" }, before.views, after.views),
    ...inViews(kept.map((id) => [before.views.get(id) as View, after.views.get(id) as View])),
    ...inViews(come.map((view) => [hollow(view), view])),
  ];
}

const MODEL_FIELDS = ["id", "name", "documentation"] as const;

type Place = { kind: "element" | "relation" | "view" } | { kind: "node" | "connection"; viewId: string };
type Entry = { readonly id: string };

const hollow = (view: View): View => ({ ...view, nodes: new Map(), connections: new Map() });

function diffMaps<V extends Entry>(
  place: Place,
  before: ReadonlyMap<string, V>,
  after: ReadonlyMap<string, V>,
): Change[] {
  if (before === after) return [];
  const changes: Change[] = [];
  const old = [...before.keys()];
  for (const [i, id] of old.entries())
    if (!after.has(id))
      changes.push({ op: "remove", item: itemOf(place, before.get(id)), ...at(old[i + 1]) });
  const added = [...after.keys()];
  const nextKept = keptAfter(added, before);
  for (const [i, id] of added.entries())
    if (!before.has(id)) changes.push({ op: "add", item: itemOf(place, after.get(id)), ...at(nextKept[i]) });
  for (const [id, now] of after) {
    const was = before.get(id);
    if (was !== undefined && was !== now)
      changes.push(...fieldChanges({ ...place, id } as ItemRef, was, now));
  }
  const order = old.filter((id) => after.has(id));
  changes.push(...moves(place, order, added, before));
  return changes;
}

const at = (before: string | undefined) => (before === undefined ? {} : { before });

function itemOf(place: Place, value: unknown): Item {
  return { ...place, value: place.kind === "view" ? hollow(value as View) : value } as Item;
}

/** For each place of the list: the next item after it that was there before. */
function keptAfter(ids: readonly string[], before: ReadonlyMap<string, unknown>): (string | undefined)[] {
  const next: (string | undefined)[] = [];
  let kept: string | undefined;
  for (let i = ids.length - 1; i >= 0; i--) {
    next[i] = kept;
    if (before.has(ids[i] as string)) kept = ids[i];
  }
  return next;
}

function fieldChanges(ref: ItemRef, was: object, now: object, only?: readonly string[]): Change[] {
  const changes: Change[] = [];
  const a = was as Record<string, Value | undefined>;
  const b = now as Record<string, Value | undefined>;
  for (const field of only ?? new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (field === "nodes" || field === "connections" || field === "properties") continue;
    if (!sameValue(a[field], b[field])) changes.push({ op: "set", ref, field, from: a[field], to: b[field] });
  }
  const [p, q] = [a["properties"], b["properties"]] as [Record<string, Value>, Record<string, Value>];
  for (const name of p === q ? [] : new Set([...Object.keys(p), ...Object.keys(q)])) {
    const [from, to] = [ownOf(p, name), ownOf(q, name)];
    if (!sameValue(from, to)) changes.push({ op: "set", ref, field: `properties.${name}`, from, to });
  }
  return changes;
}

const ownOf = (of: Record<string, Value>, name: string) => (Object.hasOwn(of, name) ? of[name] : undefined);

/** Moves that bring the items into their new order, when all others have come and gone: as few as it takes. */
function moves(
  place: Place,
  old: readonly string[],
  target: readonly string[],
  before: ReadonlyMap<string, unknown>,
): Change[] {
  const wanted = target.filter((id) => before.has(id));
  if (wanted.every((id, i) => id === old[i])) return [];
  const staying = longestInOrder(old, wanted);
  const chain = new Chain(orderWithAdded(old, target, before));
  const changes: Change[] = [];
  for (let i = target.length - 1; i >= 0; i--) {
    const id = target[i] as string;
    const [from, to] = [chain.next(id), target[i + 1]];
    if (staying.has(id) || from === to) continue;
    changes.push({
      op: "move",
      ref: { ...place, id } as ItemRef,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
    chain.move(id, to);
  }
  return changes;
}

/** The order in which the adds have left the items. */
function orderWithAdded(
  old: readonly string[],
  target: readonly string[],
  before: ReadonlyMap<string, unknown>,
): string[] {
  const nextKept = keptAfter(target, before);
  const addedBefore = new Map<string | undefined, string[]>();
  for (const [i, id] of target.entries()) {
    if (before.has(id)) continue;
    const group = addedBefore.get(nextKept[i]);
    if (group) group.push(id);
    else addedBefore.set(nextKept[i], [id]);
  }
  return [
    ...old.flatMap((id) => [...(addedBefore.get(id) ?? []), id]),
    ...(addedBefore.get(undefined) ?? []),
  ];
}

/** A longest run of ids that are in the same order in both lists. */
export function longestInOrder(old: readonly string[], wanted: readonly string[]): ReadonlySet<string> {
  const placeOf = new Map(wanted.map((id, i) => [id, i]));
  const tails: string[] = [];
  const previous = new Map<string, string | undefined>();
  const rank = (id: string | undefined) => placeOf.get(id ?? "") ?? -1;
  for (const id of old) {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rank(tails[middle]) < rank(id)) low = middle + 1;
      else high = middle;
    }
    previous.set(id, tails[low - 1]);
    tails[low] = id;
  }
  const run = new Set<string>();
  for (let id = tails.at(-1); id !== undefined; id = previous.get(id)) run.add(id);
  return run;
}

/** A list in which an item is moved at no cost. */
class Chain {
  readonly #next = new Map<string, string | undefined>();
  readonly #previous = new Map<string | undefined, string | undefined>();

  constructor(ids: readonly string[]) {
    let last: string | undefined;
    for (const id of ids) {
      if (last !== undefined) this.#next.set(last, id);
      this.#previous.set(id, last);
      last = id;
    }
    if (last !== undefined) this.#next.set(last, undefined);
    this.#previous.set(undefined, last);
  }

  next(id: string): string | undefined {
    return this.#next.get(id);
  }

  move(id: string, before: string | undefined): void {
    this.#link(this.#previous.get(id), this.#next.get(id));
    const last = this.#previous.get(before);
    this.#link(last, id);
    this.#link(id, before);
  }

  #link(id: string | undefined, next: string | undefined): void {
    if (id !== undefined) this.#next.set(id, next);
    this.#previous.set(next, id);
  }
}

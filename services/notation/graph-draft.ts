import type { Change, Item, ItemRef } from "./change.ts";
import type { Graph, Value, View } from "./graph.ts";

type Fields = { readonly [field: string]: unknown };

/** What a change says of the graph is not so. */
export class ChangeConflict extends Error {
  readonly change: Change;

  constructor(change: Change, message: string) {
    super(message);
    this.name = "ChangeConflict";
    this.change = change;
  }
}

/** A graph under change: copies a map when it is first written, and nothing else. */
export class GraphDraft {
  #graph: Graph;
  readonly #owned = new Set<object>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The graph so far. What is changed later does not show in it only if it is taken with `done`. */
  get graph(): Graph {
    return this.#graph;
  }

  /** The graph, which nobody changes any more. */
  done(): Graph {
    this.#owned.clear();
    return this.#graph;
  }

  /** Throws ChangeConflict, and has changed nothing then. */
  apply(change: Change): void {
    switch (change.op) {
      case "add":
        return this.#add(change, change.item, change.before);
      case "remove":
        return this.#remove(change, change.item, change.before);
      case "set":
        return this.#set(change);
      case "move":
        return this.#move(change);
    }
  }

  #add(change: Change, item: Item, before: string | undefined): void {
    const map = this.#mapOf(change, item.kind, viewIdOf(item));
    const { id } = item.value;
    if (map.has(id)) throw new ChangeConflict(change, `there is a ${item.kind} ${id} already`);
    if (before !== undefined && !map.has(before))
      throw new ChangeConflict(change, `there is no ${item.kind} ${before} to stand before`);
    const value =
      item.kind === "view" ? { ...item.value, nodes: new Map(), connections: new Map() } : item.value;
    this.#write(item.kind, viewIdOf(item), (items) => insertBefore(items, id, value as never, before));
  }

  #remove(change: Change, item: Item, before: string | undefined): void {
    const { id } = item.value;
    const map = this.#mapOf(change, item.kind, viewIdOf(item));
    const there = map.get(id);
    if (there === undefined) throw new ChangeConflict(change, `there is no ${item.kind} ${id}`);
    if (!sameValue(bare(item.kind, there), bare(item.kind, item.value)))
      throw new ChangeConflict(change, `the ${item.kind} ${id} is not what it was`);
    if (nextOf(map, id) !== before)
      throw new ChangeConflict(change, `the ${item.kind} ${id} stands somewhere else`);
    if (item.kind === "view" && holdsAnything(there as View))
      throw new ChangeConflict(change, `the view ${id} still shows something`);
    this.#write(item.kind, viewIdOf(item), (items) => items.delete(id));
  }

  #set(change: Extract<Change, { op: "set" }>): void {
    const { ref, field, from, to } = change;
    if (FIXED_FIELDS.has(field)) throw new ChangeConflict(change, `${field} cannot be set`);
    const item = fieldsOf(this.#graph, ref);
    if (!item) throw new ChangeConflict(change, `there is no ${describeRef(ref)}`);
    if (!sameValue(fieldValue(item, field), from))
      throw new ChangeConflict(change, `${field} of ${describeRef(ref)} is not what it was`);
    const next = withField(item, field, to);
    if (ref.kind === "model") this.#graph = next as unknown as Graph;
    else
      this.#write(ref.kind, "viewId" in ref ? ref.viewId : undefined, (items) =>
        items.set(ref.id, next as never),
      );
  }

  #move(change: Extract<Change, { op: "move" }>): void {
    const { ref, from, to } = change;
    if (ref.kind === "model") throw new ChangeConflict(change, "a model has no place");
    const viewId = "viewId" in ref ? ref.viewId : undefined;
    const map = this.#mapOf(change, ref.kind, viewId);
    const value = map.get(ref.id);
    if (value === undefined) throw new ChangeConflict(change, `there is no ${describeRef(ref)}`);
    if (nextOf(map, ref.id) !== from || (to !== undefined && (!map.has(to) || to === ref.id)))
      throw new ChangeConflict(change, `${describeRef(ref)} stands somewhere else`);
    this.#write(ref.kind, viewId, (items) => {
      items.delete(ref.id);
      insertBefore(items, ref.id, value, to);
    });
  }

  #mapOf(change: Change, kind: Item["kind"], viewId: string | undefined): ReadonlyMap<string, unknown> {
    const map = mapOf(this.#graph, kind, viewId);
    if (!map) throw new ChangeConflict(change, `there is no view ${viewId}`);
    return map;
  }

  #write(kind: Item["kind"], viewId: string | undefined, write: (items: Map<string, never>) => void): void {
    if (viewId === undefined) {
      const field = FIELD_OF_KIND[kind];
      const items = this.#own((this.#graph as unknown as Record<string, Map<string, never>>)[field] as never);
      this.#graph = { ...this.#graph, [field]: items };
      return write(items);
    }
    const view = this.#graph.views.get(viewId) as View;
    const field = FIELD_OF_KIND[kind] as "nodes" | "connections";
    const items = this.#own(view[field] as never);
    this.#write("view", undefined, (views) => views.set(viewId, { ...view, [field]: items } as never));
    write(items);
  }

  #own(map: Map<string, never>): Map<string, never> {
    if (this.#owned.has(map)) return map;
    const copy = new Map(map);
    this.#owned.add(copy);
    return copy;
  }
}

const FIELD_OF_KIND = {
  element: "elements",
  relation: "relations",
  view: "views",
  node: "nodes",
  connection: "connections",
} as const;

/** What an item is, or what comes and goes by changes of its own. */
const FIXED_FIELDS = new Set([
  "id",
  "notation",
  "properties",
  "elements",
  "relations",
  "views",
  "nodes",
  "connections",
]);

const holdsAnything = ({ nodes, connections }: View) => nodes.size + connections.size > 0;

export const viewIdOf = (item: Item): string | undefined => ("viewId" in item ? item.viewId : undefined);

/** The items of a kind; undefined when there is no such view. */
export function mapOf(
  graph: Graph,
  kind: Item["kind"],
  viewId: string | undefined,
): ReadonlyMap<string, unknown> | undefined {
  if (kind === "node" || kind === "connection") return graph.views.get(viewId ?? "")?.[FIELD_OF_KIND[kind]];
  return graph[FIELD_OF_KIND[kind]];
}

/** The id of the item that stands after this one; undefined for the last. */
export function nextOf(map: ReadonlyMap<string, unknown>, id: string): string | undefined {
  const keys = map.keys();
  for (const key of keys) if (key === id) return keys.next().value;
  return undefined;
}

/** An item, or the model, as a bag of fields. */
export function fieldsOf(graph: Graph, ref: ItemRef): Fields | undefined {
  if (ref.kind === "model") return graph as unknown as Fields;
  return mapOf(graph, ref.kind, "viewId" in ref ? ref.viewId : undefined)?.get(ref.id) as Fields | undefined;
}

const PROPERTY = "properties.";

/** The value of a field, or of one property ("properties.<name>"). */
export function fieldValue(item: Fields, field: string): Value | undefined {
  if (!field.startsWith(PROPERTY)) return item[field] as Value | undefined;
  const properties = item["properties"] as Fields;
  const name = field.slice(PROPERTY.length);
  return Object.hasOwn(properties, name) ? (properties[name] as Value) : undefined;
}

export function withField<T extends object>(item: T, field: string, value: Value | undefined): T {
  if (!field.startsWith(PROPERTY)) return withKey(item, field, value);
  const { properties } = item as unknown as { properties: object };
  return { ...item, properties: withKey(properties, field.slice(PROPERTY.length), value) };
}

function withKey<T extends object>(item: T, key: string, value: unknown): T {
  if (value !== undefined) return { ...item, [key]: value };
  const { [key]: _, ...rest } = item as Record<string, unknown>;
  return rest as T;
}

/** A view without what comes and goes by changes of its own. */
function bare(kind: Item["kind"], value: unknown): unknown {
  return kind === "view" ? { ...(value as View), nodes: undefined, connections: undefined } : value;
}

function insertBefore<V>(map: Map<string, V>, id: string, value: V, before: string | undefined): void {
  const after: [string, V][] = [];
  if (before !== undefined) {
    let found = false;
    for (const entry of map) {
      found ||= entry[0] === before;
      if (found) after.push(entry);
    }
    for (const [key] of after) map.delete(key);
  }
  map.set(id, value);
  for (const [key, other] of after) map.set(key, other);
}

/** Equal as JSON, whatever the order of keys; absent and undefined are the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((value, i) => sameValue(value, b[i]))
    );
  const [left, right] = [a as Fields, b as Fields];
  for (const key of Object.keys(left)) if (!sameValue(left[key], ownOf(right, key))) return false;
  for (const key of Object.keys(right))
    if (right[key] !== undefined && !Object.hasOwn(left, key)) return false;
  return true;
}

const ownOf = (item: Fields, key: string) => (Object.hasOwn(item, key) ? item[key] : undefined);

export function describeRef(ref: ItemRef): string {
  if (ref.kind === "model") return "the model";
  return "viewId" in ref ? `${ref.kind} ${ref.id} of view ${ref.viewId}` : `${ref.kind} ${ref.id}`;
}

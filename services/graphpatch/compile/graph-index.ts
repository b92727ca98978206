import type { Item } from "../../notation/change.ts";
import type { Element, Graph, Properties, Relation, Value, View } from "../../notation/graph.ts";
import { inView } from "./item-key.ts";

type Kind = Item["kind"];
type Keys = readonly (string | undefined)[];

/** How items are found by what they refer to. Owners are ids; of boxes and lines, `inView` keys. */
const LOOKUPS = {
  /** Elements by what contains them. */
  children: { element: (item) => [(item as Element).parent] },
  /** Relations by either end. */
  relationsAt: { relation: (item) => [(item as Relation).source, (item as Relation).target] },
  /** Relations by what contains them. */
  relationsIn: { relation: (item) => [(item as Relation).parent] },
  elementsWithKey: { element: (item) => [(item as Element).key] },
  viewsOf: { view: (item) => [(item as View).element] },
  /** Boxes by what they stand for. */
  nodesOf: { node: (item) => [(item as { element?: string }).element] },
  /** Lines by what they stand for. */
  connectionsOf: { connection: (item) => [(item as { relation?: string }).relation] },
  /** Boxes by the box that they are inside of. */
  nodesInside: { node: (item, viewId) => [keyIn(viewId, (item as { parent?: string }).parent)] },
  /** Lines by the boxes, or lines, at either end. */
  connectionsAt: {
    connection: (item, viewId) => {
      const { source, target } = item as { source?: string; target?: string };
      return [keyIn(viewId, source), keyIn(viewId, target)];
    },
  },
  /** Elements and relations by any text in their properties that could be an id. */
  mentions: {
    element: (item) => words((item as Element).properties),
    relation: (item) => words((item as Relation).properties),
  },
} satisfies Record<string, { readonly [K in Kind]?: (item: unknown, viewId: string) => Keys }>;

export type Lookup = keyof typeof LOOKUPS;

const keyIn = (viewId: string, id: string | undefined) => (id === undefined ? undefined : inView(viewId, id));

function words(properties: Properties): string[] {
  const found: string[] = [];
  const visit = (value: Value) => {
    if (typeof value === "string") {
      if (value.length > 0 && value.length <= 512) found.push(value);
    } else if (typeof value === "object" && value !== null)
      for (const inner of Array.isArray(value) ? value : Object.values(value)) visit(inner as Value);
  };
  visit(properties as Value);
  return found;
}

type Entries = Map<string, readonly string[]>;

/** Lookups of graphs that nobody changes, made when first asked for. */
const LOOKUPS_OF_GRAPH = new WeakMap<Graph, Map<Lookup, Entries>>();

function lookupOf(graph: Graph, lookup: Lookup): Entries {
  const lookups = LOOKUPS_OF_GRAPH.get(graph) ?? new Map<Lookup, Entries>();
  LOOKUPS_OF_GRAPH.set(graph, lookups);
  const made = lookups.get(lookup) ?? makeLookup(graph, lookup);
  lookups.set(lookup, made);
  return made;
}

function makeLookup(graph: Graph, lookup: Lookup): Entries {
  const entries = new Map<string, string[]>();
  for (const [kind, keysOf] of Object.entries(LOOKUPS[lookup]) as [Kind, KeysOf][])
    for (const [owner, item, viewId] of itemsOf(graph, kind))
      for (const key of keysOf(item, viewId)) {
        if (key === undefined) continue;
        const owners = entries.get(key);
        if (!owners) entries.set(key, [owner]);
        else if (owners.at(-1) !== owner) owners.push(owner);
      }
  return entries;
}

type KeysOf = (item: unknown, viewId: string) => Keys;

function* itemsOf(graph: Graph, kind: Kind): Generator<[owner: string, item: unknown, viewId: string]> {
  if (kind === "element") for (const [id, item] of graph.elements) yield [id, item, ""];
  else if (kind === "relation") for (const [id, item] of graph.relations) yield [id, item, ""];
  else if (kind === "view") for (const [id, item] of graph.views) yield [id, item, ""];
  else
    for (const view of graph.views.values())
      for (const [id, item] of kind === "node" ? view.nodes : view.connections)
        yield [inView(view.id, id), item, view.id];
}

const NONE: readonly string[] = [];

/** Finds items of a graph under change: what the base has, under what was changed since. */
export class GraphIndex {
  readonly #base: Graph;
  readonly #changed = new Map<Lookup, Entries>();

  constructor(base: Graph) {
    this.#base = base;
  }

  /** Owners in the order in which they came to be found under the key. */
  find(lookup: Lookup, key: string): readonly string[] {
    return this.#changed.get(lookup)?.get(key) ?? lookupOf(this.#base, lookup).get(key) ?? NONE;
  }

  /** An item is another now; undefined: it was not there, or is there no more. */
  replace(kind: Kind, viewId: string, was: unknown, now: unknown): void {
    const { id } = (was ?? now) as { id: string };
    const owner = kind === "node" || kind === "connection" ? inView(viewId, id) : id;
    for (const lookup of LOOKUPS_OF_KIND[kind]) {
      const keysOf = (LOOKUPS[lookup] as Record<string, KeysOf>)[kind] as KeysOf;
      const before = was === undefined ? [] : keysOf(was, viewId);
      const after = now === undefined ? [] : keysOf(now, viewId);
      for (const key of before)
        if (key !== undefined && !after.includes(key)) this.#edit(lookup, key, owner, false);
      for (const key of after)
        if (key !== undefined && !before.includes(key)) this.#edit(lookup, key, owner, true);
    }
  }

  #edit(lookup: Lookup, key: string, owner: string, there: boolean): void {
    const changed = this.#changed.get(lookup) ?? new Map<string, readonly string[]>();
    this.#changed.set(lookup, changed);
    const others = this.find(lookup, key).filter((other) => other !== owner);
    changed.set(key, there ? [...others, owner] : others);
  }
}

const LOOKUPS_OF_KIND = Object.fromEntries(
  (["element", "relation", "view", "node", "connection"] as const).map((kind) => [
    kind,
    (Object.keys(LOOKUPS) as Lookup[]).filter((lookup) => kind in LOOKUPS[lookup]),
  ]),
) as Record<Kind, Lookup[]>;

import * as fc from "fast-check";
import type { Element, Graph, Relation, Value, View, ViewConnection, ViewNode } from "../notation/graph.ts";

/** One edit of any graph; what it means depends on what is there. */
export interface GraphEdit {
  readonly what: number;
  readonly which: number;
  readonly other: number;
  readonly text: string;
  readonly value: Value;
}

/** What edits may make of a graph of a notation. */
export interface EditWords {
  /** Types of new elements, and in what they may stand; none: in anything, or in the model itself. */
  readonly elementTypes: readonly string[];
  readonly relationTypes: readonly string[];
  readonly properties: readonly string[];
  /** Edits of this kind are left out. */
  readonly without?: readonly EditKind[];
}

type Maps = {
  -readonly [K in "elements" | "relations" | "views"]: Graph[K] extends ReadonlyMap<string, infer V>
    ? Map<string, V>
    : never;
} & { name: string; documentation: string };

const text = fc.oneof(
  fc.constantFrom("Order", "Größe & Preis <1>", 'say "no"', " leading", "two\nlines", "\t", "日本語 🙂", ""),
  fc.string({ maxLength: 12 }).map((some) => some.replaceAll(/[^\u0020-\uD7FF]/g, "")),
);

/** JSON that a message can carry: no -0 and no __proto__. */
const sane = (value: unknown): Value =>
  JSON.parse(JSON.stringify(value).replaceAll("__proto__", "proto")) as Value;

export const graphEdits: fc.Arbitrary<GraphEdit[]> = fc.array(
  fc.record({
    what: fc.nat(1000),
    which: fc.nat(1000),
    other: fc.nat(1000),
    text,
    value: fc
      .oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.jsonValue({ maxDepth: 2 }))
      .map(sane),
  }),
  { maxLength: 12 },
);

const KINDS = {
  rename: (maps, { which, text: name }) => set(pick(maps, which), { name }),
  document: (maps, { which, text: documentation }) => set(pick(maps, which), { documentation }),
  property: (maps, edit, words) => {
    const target = pick(maps, edit.which);
    const name = words.properties[edit.other % words.properties.length];
    if (target && name) set(target, { properties: { ...target[1].properties, [name]: edit.value } });
  },
  unset: (maps, { which, other }) => {
    const target = pick(maps, which);
    const entries = Object.entries(target?.[1].properties ?? {});
    if (target && entries.length > 0)
      set(target, { properties: Object.fromEntries(entries.filter((_, i) => i !== other % entries.length)) });
  },
  model: (maps, { which, text: said }) => {
    if (which % 2 === 0) maps.name = said;
    else maps.documentation = said;
  },
  retype: (maps, { which, other }, words) => {
    if (which % 4 === 0)
      set(at(maps.relations, which), { type: words.relationTypes[other % words.relationTypes.length] });
    else set(at(maps.elements, which), { type: words.elementTypes[other % words.elementTypes.length] });
  },
  key: (maps, { which, text: key }) => set(at(maps.elements, which), { key: key === "" ? undefined : key }),
  lifecycle: (maps, { which, other }) =>
    set(at(maps.elements, which), { lifecycle: ([undefined, "planned", "retired"] as const)[other % 3] }),
  removeElement: (maps, { which }) => {
    const [, element] = at(maps.elements, which) ?? [];
    if (element) removeElement(maps, element.id);
  },
  removeRelation: (maps, { which }) => {
    const [, relation] = at(maps.relations, which) ?? [];
    if (relation) removeRelation(maps, relation.id);
  },
  addElement: (maps, { which, other, text: name, value }, words) => {
    const type = words.elementTypes[other % words.elementTypes.length] ?? "";
    const [parent] = which % 3 === 0 ? [] : (at(maps.elements, which) ?? []);
    const id = `New_${maps.elements.size}_${other}`;
    const properties = { [words.properties[which % words.properties.length] ?? "x"]: value };
    const made = { id, type, name, documentation: "", properties, ...(parent !== undefined && { parent }) };
    if (!taken(maps, id)) insert(maps.elements, id, made as Element, which);
  },
  addRelation: (maps, { which, other, text: name }, words) => {
    const type = words.relationTypes[other % words.relationTypes.length] ?? "";
    const [source] = at(maps.elements, which) ?? [];
    const [target] = at(maps.elements, other) ?? [];
    const id = `NewRel_${maps.relations.size}_${other}`;
    if (source !== undefined && target !== undefined && !taken(maps, id))
      insert(
        maps.relations,
        id,
        { id, type, name, source, target, documentation: "", properties: {} } as Relation,
        which,
      );
  },
  reparent: (maps, { which, other }) => {
    const target = at(maps.elements, which);
    const [parent] = at(maps.elements, other) ?? [];
    if (parent !== target?.[0]) set(target, { parent: other % 4 === 0 ? undefined : parent });
  },
  reconnect: (maps, { which, other }) => {
    const [id] = at(maps.elements, other) ?? [];
    if (id !== undefined) set(at(maps.relations, which), which % 2 === 0 ? { source: id } : { target: id });
  },
  reorder: (maps, { which, other }) => {
    for (const map of [maps.elements, maps.relations] as Map<string, unknown>[]) {
      const [id, value] = [...map][which % Math.max(map.size, 1)] ?? [];
      if (id === undefined) continue;
      map.delete(id);
      insert(map, id, value, other);
    }
  },
  addView: (maps, { other, text: name }) => {
    const id = `NewView_${other}`;
    const empty = { nodes: new Map(), connections: new Map() };
    if (!taken(maps, id))
      maps.views.set(id, { id, type: "", name, documentation: "", properties: {}, ...empty });
  },
  removeView: (maps, { which }) => {
    const [id] = at(maps.views, which) ?? [];
    if (id !== undefined) maps.views.delete(id);
  },
  addNode: (maps, { which, other }) =>
    inView(maps, which, ({ nodes, connections }) => {
      const [element] = at(maps.elements, other) ?? [];
      const id = `NewNode_${other}`;
      const bounds = { x: other, y: which / 2, width: 100, height: 80 };
      if (element !== undefined && !nodes.has(id) && !connections.has(id))
        insert(nodes, id, { id, element, bounds, properties: {} }, which);
    }),
  moveNode: (maps, { which, other }) =>
    inView(maps, which, ({ nodes }) => {
      const bounds = { x: other + 0.5, y: 0 - other, width: 10, height: 20 };
      set(at(nodes, other), other % 3 === 0 ? { label: bounds } : { bounds });
    }),
  removeNode: (maps, { which, other }) =>
    inView(maps, which, ({ nodes, connections }) => {
      const [id] = at(nodes, other) ?? [];
      if (id !== undefined) nodes.delete(id);
      for (const line of connections.values())
        if (line.source === id || line.target === id) connections.delete(line.id);
    }),
  addConnection: (maps, { which, other }) =>
    inView(maps, which, ({ nodes, connections }) => {
      const [relation, item] = at(maps.relations, other) ?? [];
      const id = `NewLine_${other}`;
      const nodeOf = (element: string | undefined) =>
        [...nodes.values()].find((node) => node.element === element)?.id;
      const [source, target] = [nodeOf(item?.source), nodeOf(item?.target)];
      if (relation === undefined || source === undefined || target === undefined) return;
      if (connections.has(id) || nodes.has(id)) return;
      const waypoints = [
        { x: 1, y: 2 },
        { x: other, y: which },
      ];
      insert(connections, id, { id, relation, source, target, waypoints, properties: {} }, which);
    }),
  moveConnection: (maps, { which, other }) =>
    inView(maps, which, ({ connections }) => {
      const target = at(connections, other);
      const waypoints = [...(target?.[1].waypoints ?? []), { x: which, y: other }].slice(-3);
      set(target, { waypoints });
    }),
  removeConnection: (maps, { which, other }) =>
    inView(maps, which, ({ connections }) => connections.delete(at(connections, other)?.[0] ?? "")),
} satisfies Record<string, (maps: Maps, edit: GraphEdit, words: EditWords) => unknown>;

export type EditKind = keyof typeof KINDS;

/** The graph after the edits; what an edit is about is whatever its numbers hit. */
export function edited(graph: Graph, edits: readonly GraphEdit[], words: EditWords): Graph {
  const kinds = (Object.keys(KINDS) as EditKind[]).filter((kind) => !words.without?.includes(kind));
  const maps: Maps = {
    elements: new Map(graph.elements),
    relations: new Map(graph.relations),
    views: new Map(graph.views),
    name: graph.name,
    documentation: graph.documentation,
  };
  for (const edit of edits) KINDS[kinds[edit.what % kinds.length] as EditKind](maps, edit, words);
  return { ...graph, ...maps };
}

type Entry<V> = readonly [string, V, Map<string, V>];
interface Named {
  readonly properties: Readonly<Record<string, Value>>;
}

function at<V>(map: Map<string, V>, index: number): Entry<V> | undefined {
  const [id, value] = [...map][index % Math.max(map.size, 1)] ?? [];
  return id === undefined ? undefined : [id, value as V, map];
}

const pick = (maps: Maps, which: number): Entry<Named> | undefined =>
  (which % 4 === 0
    ? at(maps.relations, which)
    : which % 7 === 0
      ? at(maps.views, which)
      : at(maps.elements, which)) as Entry<Named> | undefined;

function set(target: Entry<object> | undefined, fields: object): void {
  if (!target) return;
  const [id, value, map] = target;
  const merged = Object.entries({ ...value, ...fields }).filter(([, field]) => field !== undefined);
  map.set(id, Object.fromEntries(merged));
}

function insert<V>(map: Map<string, V>, id: string, value: V, index: number): void {
  const entries = [...map];
  entries.splice(index % (entries.length + 1), 0, [id, value]);
  map.clear();
  for (const [key, item] of entries) map.set(key, item);
}

const taken = (maps: Maps, id: string): boolean =>
  maps.elements.has(id) || maps.relations.has(id) || maps.views.has(id);

function removeElement(maps: Maps, id: string): void {
  maps.elements.delete(id);
  for (const child of maps.elements.values()) if (child.parent === id) removeElement(maps, child.id);
  for (const { id: relation, source, target } of maps.relations.values())
    if (source === id || target === id) removeRelation(maps, relation);
  for (const [viewId, view] of maps.views) {
    const gone = [...view.nodes.values()].filter(({ element }) => element === id).map((node) => node.id);
    const nodes = new Map([...view.nodes].filter(([node]) => !gone.includes(node)));
    const isGone = (end: string | undefined) => end !== undefined && gone.includes(end);
    const connections = new Map(
      [...view.connections].filter(([, line]) => !isGone(line.source) && !isGone(line.target)),
    );
    maps.views.set(viewId, { ...view, nodes, connections });
  }
}

function removeRelation(maps: Maps, id: string): void {
  maps.relations.delete(id);
  for (const [viewId, view] of maps.views) {
    const connections = new Map([...view.connections].filter(([, line]) => line.relation !== id));
    maps.views.set(viewId, { ...view, connections });
  }
}

interface OpenView {
  readonly nodes: Map<string, ViewNode>;
  readonly connections: Map<string, ViewConnection>;
}

function inView(maps: Maps, which: number, edit: (view: OpenView) => unknown): void {
  const [id, view] = at(maps.views as Map<string, View>, which) ?? [];
  if (id === undefined || !view) return;
  const open = { nodes: new Map(view.nodes), connections: new Map(view.connections) };
  edit(open);
  maps.views.set(id, { ...view, ...open });
}

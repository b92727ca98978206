import type { Element, Graph, Relation } from "../../notation/graph.ts";
import { sameValue } from "../../notation/graph-draft.ts";

type Item = Element | Relation;

export interface ItemDelta<T extends Item> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
  readonly changed: readonly { readonly from: T; readonly to: T; readonly fields: readonly string[] }[];
}

export interface GraphDelta {
  readonly elements: ItemDelta<Element>;
  readonly relations: ItemDelta<Relation>;
}

/** What elements and relations of one graph are not in the other, item by item; views and order do not count. */
export function graphDelta(from: Graph, to: Graph): GraphDelta {
  return {
    elements: itemDelta(from.elements, to.elements),
    relations: itemDelta(from.relations, to.relations),
  };
}

function itemDelta<T extends Item>(from: ReadonlyMap<string, T>, to: ReadonlyMap<string, T>): ItemDelta<T> {
  if (from === to) return { added: [], removed: [], changed: [] };
  const changed = [...to.values()].flatMap((item) => {
    const before = from.get(item.id);
    // Versions of a graph share what has not changed.
    const fields = before && before !== item ? changedFields(before, item) : [];
    return before && fields.length > 0 ? [{ from: before, to: item, fields }] : [];
  });
  return {
    added: [...to.values()].filter(({ id }) => !from.has(id)),
    removed: [...from.values()].filter(({ id }) => !to.has(id)),
    changed,
  };
}

/** "name", "parent", "properties.isExecutable"; sorted. */
function changedFields(from: Item, to: Item): string[] {
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  names.delete("properties");
  const fields = [...names].filter((name) => !sameValue(valueOf(from, name), valueOf(to, name)));
  const properties = new Set([...Object.keys(from.properties), ...Object.keys(to.properties)]);
  const differ = [...properties].filter(
    (name) => !sameValue(valueOf(from.properties, name), valueOf(to.properties, name)),
  );
  return [...fields, ...differ.map((name) => `properties.${name}`)].toSorted();
}

const valueOf = (bag: object, name: string): unknown =>
  Object.hasOwn(bag, name) ? (bag as Record<string, unknown>)[name] : undefined;

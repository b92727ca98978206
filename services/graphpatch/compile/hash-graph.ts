import { createHash } from "node:crypto";
import type { Graph, View } from "../../notation/graph.ts";
import { canonicalJson } from "./canonical-json.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Items are never changed in place, so a hash is good for as long as its item. */
const HASH_OF_ITEM = new WeakMap<object, string>();
const HASH_OF_MAP = new WeakMap<ReadonlyMap<string, object>, string>();

function hashOfItem(item: object): string {
  const known = HASH_OF_ITEM.get(item);
  if (known !== undefined) return known;
  const { nodes: _nodes, connections: _connections, ...own } = item as Partial<View>;
  const hash = sha256(canonicalJson(own));
  HASH_OF_ITEM.set(item, hash);
  return hash;
}

/** Of one kind of items, in the order of their ids; without those in `except`. */
function hashOfMap(items: ReadonlyMap<string, object>, except?: ReadonlySet<string>): string {
  const known = except ? undefined : HASH_OF_MAP.get(items);
  if (known !== undefined) return known;
  const lines: string[] = [];
  for (const id of [...items.keys()].toSorted())
    if (!except?.has(id)) lines.push(`${JSON.stringify(id)} ${hashOfItem(items.get(id) as object)}\n`);
  const hash = sha256(lines.join(""));
  if (!except) HASH_OF_MAP.set(items, hash);
  return hash;
}

/** Ids that are left out, by "element", "relation", "view", "model" and "node <view>" or "connection <view>". */
export type Except = ReadonlyMap<string, ReadonlySet<string>>;

/** SHA-256, hex, over all items but those; without any it is the hash of the model. Their order is no part of it. */
export function hashGraph(graph: Graph, except: Except = new Map()): string {
  const { notation, id, name, documentation, properties } = graph;
  const parts = [
    except.has("model") ? "" : canonicalJson({ notation, id, name, documentation, properties }),
    hashOfMap(graph.elements, except.get("element")),
    hashOfMap(graph.relations, except.get("relation")),
    hashOfMap(graph.views, except.get("view")),
  ];
  for (const viewId of [...graph.views.keys()].toSorted()) {
    const view = graph.views.get(viewId) as View;
    const nodes = hashOfMap(view.nodes, except.get(`node ${viewId}`));
    const lines = hashOfMap(view.connections, except.get(`connection ${viewId}`));
    const isEmpty = (map: ReadonlyMap<string, object>, kind: string) =>
      [...map.keys()].every((key) => except.get(`${kind} ${viewId}`)?.has(key));
    // A view that came or went whole is no part of what was not touched.
    if (
      except.get("view")?.has(viewId) &&
      isEmpty(view.nodes, "node") &&
      isEmpty(view.connections, "connection")
    )
      continue;
    parts.push(`${JSON.stringify(viewId)} ${nodes} ${lines}`);
  }
  return sha256(parts.join("\n"));
}

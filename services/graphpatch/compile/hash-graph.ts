import { createHash } from "node:crypto";
import type { Graph, View } from "../../notation/graph.ts";
import { canonicalJson } from "./canonical-json.ts";

/** A digest as a string of 32 bytes: half the size of hex where thousands are put together. */
const digest = (bytes: string, encoding: "utf8" | "latin1" = "utf8"): string =>
  createHash("sha256").update(bytes, encoding).digest("binary");

/** Items and maps of finished graphs are never changed in place, so a hash is good for as long as they are. */
const DIGEST_OF_ITEM = new WeakMap<object, string>();
const SORTED = new WeakMap<ReadonlyMap<string, object>, readonly string[]>();
const DIGEST_OF_MAP = new WeakMap<ReadonlyMap<string, object>, string>();

function digestOfItem(item: object): string {
  const known = DIGEST_OF_ITEM.get(item);
  if (known !== undefined) return known;
  const { nodes: _nodes, connections: _connections, ...own } = item as Partial<View>;
  const made = digest(canonicalJson(own));
  DIGEST_OF_ITEM.set(item, made);
  return made;
}

function sortedIds(items: ReadonlyMap<string, object>): readonly string[] {
  const known = SORTED.get(items);
  if (known) return known;
  const ids = [...items.keys()].toSorted();
  SORTED.set(items, ids);
  return ids;
}

/** Of one kind of items, in the order of their ids; without those in `except`. */
function digestOfMap(items: ReadonlyMap<string, object>, except?: ReadonlySet<string>): string {
  const known = except ? undefined : DIGEST_OF_MAP.get(items);
  if (known !== undefined) return known;
  let all = "";
  for (const id of sortedIds(items)) if (!except?.has(id)) all += digestOfItem(items.get(id) as object);
  const made = digest(all, "latin1");
  if (!except) DIGEST_OF_MAP.set(items, made);
  return made;
}

/** Ids that are left out, by "element", "relation", "view", "model" and "node <view>" or "connection <view>". */
export type Except = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * SHA-256, hex, over all items but those; without any it is the hash of the model. The order of items in the file is no
 * part of it: each kind goes by id, boxes and lines after their view.
 */
export function hashGraph(graph: Graph, except: Except = new Map()): string {
  const { notation, id, name, documentation, properties } = graph;
  const own = except.has("model") ? "" : canonicalJson({ notation, id, name, documentation, properties });
  const parts = [
    digest(own),
    digestOfMap(graph.elements, except.get("element")),
    digestOfMap(graph.relations, except.get("relation")),
    digestOfMap(graph.views, except.get("view")),
  ];
  for (const viewId of sortedIds(graph.views)) {
    const view = graph.views.get(viewId) as View;
    const nodes = except.get(`node ${viewId}`);
    const connections = except.get(`connection ${viewId}`);
    // A view that came or went whole is no part of what was not touched.
    const whole = isWithin(view.nodes, nodes) && isWithin(view.connections, connections);
    if (whole && except.get("view")?.has(viewId)) continue;
    parts.push(digest(viewId), digestOfMap(view.nodes, nodes), digestOfMap(view.connections, connections));
  }
  return Buffer.from(digest(parts.join(""), "latin1"), "latin1").toString("hex");
}

function isWithin(items: ReadonlyMap<string, object>, except?: ReadonlySet<string>): boolean {
  if (items.size > (except?.size ?? 0)) return false;
  return [...items.keys()].every((id) => except?.has(id));
}

import { sameValue } from "../graph-draft.ts";
import type { Properties, Value } from "../graph.ts";
import { updated, withMember, type JsonStyle } from "./edit-json.ts";
import { memberOf, stringOf, valueOf, type JsonNode, type JsonObject } from "./json-tree.ts";
import type { Shape } from "./uml-format.ts";

/** An item of the graph as the file has it, key by key. */
export type ItemRecord = { readonly [key: string]: Value | undefined };

/** Undefined: the node is no such thing. */
export type Reader = (node: JsonNode) => Value | undefined;

/** Keys of an item beyond strings and properties, such as bounds. */
export type Extras = Readonly<Record<string, Reader>>;

export interface ReadItem {
  readonly fields: Readonly<Record<string, string>>;
  readonly extras: Readonly<Record<string, Value>>;
  readonly properties: Properties;
}

/** What the object says; `wrong` hears of keys with values that are not what they should be. */
export function readItem(
  object: JsonObject,
  shape: Shape,
  wrong: (key: string, node: JsonNode) => void,
  extraReaders: Extras = {},
): ReadItem {
  const pick = (keys: Iterable<readonly [string, Reader]>) => {
    const picked: Record<string, Value> = {};
    for (const [key, read] of keys) {
      const node = memberOf(object, key);
      if (!node) continue;
      const value = read(node);
      if (value === undefined) wrong(key, node);
      else picked[key] = value;
    }
    return picked;
  };
  return {
    fields: withoutEmpty(pick(shape.fields.map((key) => [key, stringOf] as const))),
    extras: pick(Object.entries(extraReaders)),
    properties: {
      ...readOthers(object, shape, wrong),
      ...pick(shape.own.map((key) => [key, valueOf] as const)),
    },
  };
}

/** An empty string says no more than a key that is not there. */
const withoutEmpty = (fields: Record<string, Value>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "")) as Record<string, string>;

function readOthers(
  object: JsonObject,
  shape: Shape,
  wrong: (key: string, node: JsonNode) => void,
): Record<string, Value> {
  const others = memberOf(object, "properties");
  if (others && others.kind !== "object") wrong("properties", others);
  const properties: Record<string, Value> = {};
  for (const { key, value: node } of others?.kind === "object" ? others.entries : []) {
    if (key === "__proto__" || (shape.own.includes(key) && memberOf(object, key))) continue;
    const value = valueOf(node);
    if (value === undefined) wrong(`properties.${key}`, node);
    else properties[key] = value;
  }
  return properties;
}

/** The item as an object, changed where it is not what it was. */
export function writeItem(
  node: JsonObject | undefined,
  shape: Shape,
  was: ItemRecord,
  now: ItemRecord,
  style: JsonStyle,
  depth: number | undefined,
): JsonObject {
  let object: JsonObject = node ?? { kind: "object", entries: [], inner: "", offset: 0 };
  const order = keyOrder(shape);
  for (const key of new Set([...Object.keys(was), ...Object.keys(now)])) {
    const [from, to] = [ownOf(was, key), ownOf(now, key)];
    if (key === "properties" || sameValue(from, to)) continue;
    const value = to === undefined ? undefined : updated(memberOf(object, key), to, style, true);
    object = withMember(object, key, value, style, { ...at(depth), order });
  }
  return withProperties(object, shape, was, now, style, depth);
}

const keyOrder = (shape: Shape) => [...(shape.head ?? []), ...shape.fields, ...shape.own];

const ownOf = (record: ItemRecord, key: string) => (Object.hasOwn(record, key) ? record[key] : undefined);

function withProperties(
  object: JsonObject,
  shape: Shape,
  was: ItemRecord,
  now: ItemRecord,
  style: JsonStyle,
  depth: number | undefined,
): JsonObject {
  const [from, to] = [(was["properties"] ?? {}) as Properties, (now["properties"] ?? {}) as Properties];
  const there = memberOf(object, "properties");
  const before: JsonObject | undefined = there?.kind === "object" ? there : undefined;
  let [result, others] = [object, before];
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [old, value] = [ownOf(from, name), ownOf(to, name)];
    if (sameValue(old, value)) continue;
    const home = shape.own.includes(name) && !(others && memberOf(others, name) && !memberOf(result, name));
    const next = (parent: JsonObject | undefined) =>
      value === undefined ? undefined : updated(parent && memberOf(parent, name), value, style);
    if (home) {
      const order = keyOrder(shape);
      result = withMember(result, name, next(result), style, { ...at(depth), order });
      if (value === undefined && others) others = withMember(others, name, undefined, style);
    } else if (others || value !== undefined)
      others = withMember(others ?? EMPTY, name, next(others), style, at(depth, 1));
  }
  if (others === before) return result;
  return withMember(
    result,
    "properties",
    others?.entries.length === 0 ? undefined : others,
    style,
    at(depth),
  );
}

const at = (depth: number | undefined, more = 0) => (depth === undefined ? {} : { depth: depth + more });

const EMPTY: JsonObject = { kind: "object", entries: [], inner: "", offset: 0 };

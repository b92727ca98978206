import { sameValue } from "../graph-draft.ts";
import type { Value } from "../graph.ts";
import {
  memberOf,
  valueOf,
  type JsonArray,
  type JsonEntry,
  type JsonMember,
  type JsonNode,
  type JsonObject,
} from "./json-tree.ts";

/** How a file is written: what new parts of it are to look like. */
export interface JsonStyle {
  /** Between two entries of a list that has them on lines of their own; empty: everything is on one line. */
  readonly newline: string;
  /** One step of indentation. */
  readonly unit: string;
  readonly colon: string;
}

export const PRETTY: JsonStyle = { newline: "\n", unit: "  ", colon: ": " };

export function styleOf(root: JsonNode): JsonStyle {
  const first = root.kind === "object" ? root.entries[0] : undefined;
  if (!first) return PRETTY;
  const line = /(\r?\n)([ \t]*)$/.exec(first.before);
  return { newline: line?.[1] ?? "", unit: line?.[2] ?? "", colon: first.colon };
}

/** A new node, on one line. */
export function jsonOf(value: Value, style: JsonStyle): JsonNode {
  if (typeof value !== "object" || value === null)
    return { kind: "scalar", raw: JSON.stringify(value), value, offset: 0 };
  const comma = style.colon.endsWith(" ") ? " " : "";
  const before = (i: number) => (i === 0 ? "" : comma);
  if (Array.isArray(value)) {
    const entries = (value as readonly Value[]).map((item, i) => ({
      before: before(i),
      value: jsonOf(item, style),
      after: "",
    }));
    return { kind: "array", entries, inner: "", offset: 0 };
  }
  const entries = Object.entries(value as Record<string, Value>).map(([key, field], i) => ({
    before: before(i),
    ...keyOf(key, style),
    value: jsonOf(field, style),
    after: "",
  }));
  return { kind: "object", entries, inner: "", offset: 0 };
}

const keyOf = (key: string, style: JsonStyle) => ({ key, rawKey: JSON.stringify(key), colon: style.colon });

/**
 * The node with another meaning, and as much as possible as it was written: valueOf(updated(n, v, s)) equals v. With
 * `keep`, keys of objects that the value does not have stay.
 */
export function updated(node: JsonNode | undefined, value: Value, style: JsonStyle, keep = false): JsonNode {
  if (!node) return jsonOf(value, style);
  if (sameValue(valueOf(node), value)) return node;
  if (node.kind === "array" && Array.isArray(value))
    return updatedArray(node, value as readonly Value[], style, keep);
  if (node.kind === "object" && typeof value === "object" && value !== null && !Array.isArray(value))
    return updatedObject(node, value as Record<string, Value>, style, keep);
  return jsonOf(value, style);
}

/** Items at the beginning and at the end that are as they were stay; in between the new ones take the old ones' places. */
function updatedArray(node: JsonArray, values: readonly Value[], style: JsonStyle, keep: boolean): JsonArray {
  const old = node.entries;
  const same = (i: number, k: number) => sameValue(valueOf((old[i] as JsonEntry).value), values[k]);
  const shorter = Math.min(old.length, values.length);
  let head = 0;
  while (head < shorter && same(head, head)) head++;
  let tail = 0;
  while (tail < shorter - head && same(old.length - 1 - tail, values.length - 1 - tail)) tail++;
  const middle = values
    .slice(head, values.length - tail)
    .map((value, i) =>
      updated(head + i < old.length - tail ? old[head + i]?.value : undefined, value, style, keep),
    );
  const nodes = [...old.slice(0, head).map(valueIn), ...middle, ...old.slice(old.length - tail).map(valueIn)];
  return withEntries(node, nodes, style, undefined);
}

const valueIn = (entry: JsonEntry): JsonNode => entry.value;

function updatedObject(
  node: JsonObject,
  fields: Record<string, Value>,
  style: JsonStyle,
  keep: boolean,
): JsonObject {
  let object = node;
  for (const key of keep ? [] : new Set(node.entries.map((member) => member.key)))
    if (key !== "__proto__" && !Object.hasOwn(fields, key))
      object = withMember(object, key, undefined, style);
  for (const [key, value] of Object.entries(fields))
    object = withMember(object, key, updated(memberOf(object, key), value, style, keep), style);
  return object;
}

/**
 * The array with these nodes as its items, with the white space between them as it is. `depth` is how far in the array
 * stands, for items of an array that was empty; undefined: those stay on its line.
 */
export function withEntries(
  array: JsonArray,
  nodes: readonly JsonNode[],
  style: JsonStyle,
  depth: number | undefined,
): JsonArray {
  if (nodes.length === array.entries.length && nodes.every((node, i) => node === array.entries[i]?.value))
    return array;
  if (nodes.length === 0) return { ...array, entries: [], inner: "" };
  const white = whiteSpace(array.entries, style, depth);
  const entryOf = new Map(array.entries.map((entry) => [entry.value, entry]));
  const entries = nodes.map((value, i) => {
    const old = entryOf.get(value) ?? (nodes.length === array.entries.length ? array.entries[i] : undefined);
    const first = i === 0;
    const last = i === nodes.length - 1;
    return {
      before: first ? white.first : old && old !== array.entries[0] ? old.before : white.between,
      value,
      after: last ? white.last : old && old !== array.entries.at(-1) ? old.after : "",
    };
  });
  return { ...array, entries, inner: "" };
}

/** The object with the member set, where it stands if it is there, else after the last one; undefined takes it away. */
export function withMember(
  object: JsonObject,
  key: string,
  value: JsonNode | undefined,
  style: JsonStyle,
  options: { depth?: number; order?: readonly string[] } = {},
): JsonObject {
  const at = object.entries.findLastIndex((member) => member.key === key);
  if (value === undefined) return at < 0 ? object : without(object, key);
  if (at >= 0) {
    if (object.entries[at]?.value === value) return object;
    return {
      ...object,
      entries: object.entries.map((member, i) => (i === at ? { ...member, value } : member)),
    };
  }
  const white = whiteSpace(object.entries, style, options.depth);
  const place = placeFor(object.entries, key, options.order ?? []);
  const entries = [...object.entries];
  entries.splice(place, 0, { before: "", ...keyOf(key, style), value, after: "" });
  return { ...object, inner: "", entries: spaced(entries, white, place) };
}

/** After the last of those that come before it in the usual order, or else at the end. */
function placeFor(members: readonly JsonMember[], key: string, order: readonly string[]): number {
  const rank = order.indexOf(key);
  if (rank < 0) return members.length;
  return (
    members.findLastIndex((member) => order.indexOf(member.key) < rank && order.includes(member.key)) + 1
  );
}

function without(object: JsonObject, key: string): JsonObject {
  const white = whiteSpace(object.entries, PRETTY, undefined);
  const entries = object.entries.filter((member) => member.key !== key);
  return { ...object, inner: "", entries: spaced(entries, white, -1) };
}

interface WhiteSpace {
  readonly first: string;
  readonly between: string;
  readonly last: string;
}

/** White space before the first entry, before each other one, and after the last. */
function whiteSpace(entries: readonly JsonEntry[], style: JsonStyle, depth: number | undefined): WhiteSpace {
  const [first, last] = [entries[0], entries.at(-1)];
  if (first && last) {
    const onLine = style.colon.endsWith(" ") && !first.before.includes("\n") ? " " : first.before;
    return { first: first.before, between: entries[1]?.before ?? onLine, last: last.after };
  }
  if (depth === undefined || style.newline === "") {
    const comma = style.colon.endsWith(" ") ? " " : "";
    return { first: "", between: comma, last: "" };
  }
  const line = style.newline + style.unit.repeat(depth);
  return { first: line + style.unit, between: line + style.unit, last: line };
}

/** The entries with the white space of the list around them, and of the new one at `fresh`. */
function spaced<E extends JsonEntry>(entries: readonly E[], white: WhiteSpace, fresh: number): E[] {
  const last = entries.length - 1;
  return entries.map((entry, i) => {
    const before = i === 0 ? white.first : i === fresh || i === 1 ? white.between : entry.before;
    const after = i === last ? white.last : i === last - 1 && fresh === last ? "" : entry.after;
    return before === entry.before && after === entry.after ? entry : { ...entry, before, after };
  });
}

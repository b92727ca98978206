import type { Value } from "../graph.ts";

/** A JSON file with everything that was written, white space included. Never changed in place. */
export interface JsonDocument {
  readonly byteOrderMark: boolean;
  readonly before: string;
  readonly root: JsonNode;
  readonly after: string;
}

export type JsonNode = JsonObject | JsonArray | JsonScalar;

export interface JsonScalar {
  readonly kind: "scalar";
  /** As written: "1.50", "\"\\u0041\"". */
  readonly raw: string;
  readonly value: string | number | boolean | null;
  readonly offset: number;
}

export interface JsonArray {
  readonly kind: "array";
  readonly entries: readonly JsonEntry[];
  /** White space of an empty one. */
  readonly inner: string;
  readonly offset: number;
}

export interface JsonObject {
  readonly kind: "object";
  readonly entries: readonly JsonMember[];
  readonly inner: string;
  readonly offset: number;
}

/** What stands between two commas. */
export interface JsonEntry {
  readonly before: string;
  readonly value: JsonNode;
  readonly after: string;
}

export interface JsonMember extends JsonEntry {
  readonly key: string;
  readonly rawKey: string;
  /** The colon with its white space. */
  readonly colon: string;
}

export function writeJson(document: JsonDocument): Uint8Array {
  const parts: string[] = [document.byteOrderMark ? "\uFEFF" : "", document.before];
  pushNode(parts, document.root);
  parts.push(document.after);
  return new TextEncoder().encode(parts.join(""));
}

function pushNode(parts: string[], node: JsonNode): void {
  if (node.kind === "scalar") parts.push(node.raw);
  else if (node.kind === "array") pushEntries(parts, "[", node.entries, node.inner, "]");
  else pushEntries(parts, "{", node.entries, node.inner, "}");
}

function pushEntries(
  parts: string[],
  open: string,
  entries: readonly (JsonEntry | JsonMember)[],
  inner: string,
  close: string,
): void {
  parts.push(open);
  if (entries.length === 0) parts.push(inner);
  for (const [i, entry] of entries.entries()) {
    if (i > 0) parts.push(",");
    parts.push(entry.before);
    if ("rawKey" in entry) parts.push(entry.rawKey, entry.colon);
    pushNode(parts, entry.value);
    parts.push(entry.after);
  }
  parts.push(close);
}

/** Of a key that is there twice the last value, as JSON.parse has it. */
export function memberOf(object: JsonObject, key: string): JsonNode | undefined {
  return object.entries.findLast((member) => member.key === key)?.value;
}

/**
 * What the node means; undefined where that cannot be said without harm: numbers that are not finite. Keys named
 * __proto__ are left out.
 */
export function valueOf(node: JsonNode): Value | undefined {
  if (node.kind === "scalar")
    return typeof node.value === "number" && !Number.isFinite(node.value) ? undefined : node.value;
  if (node.kind === "array") {
    const items = node.entries.map(({ value }) => valueOf(value));
    return items.includes(undefined) ? undefined : (items as Value[]);
  }
  const fields: Record<string, Value> = {};
  for (const { key, value } of node.entries) {
    if (key === "__proto__") continue;
    const field = valueOf(value);
    if (field === undefined) return undefined;
    fields[key] = field;
  }
  return fields;
}

export const stringOf = (node: JsonNode | undefined): string | undefined =>
  node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;

export const numberOf = (node: JsonNode | undefined): number | undefined =>
  node?.kind === "scalar" && typeof node.value === "number" && Number.isFinite(node.value)
    ? node.value
    : undefined;

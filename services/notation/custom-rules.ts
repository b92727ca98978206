import type { Element, Graph, Relation, Value } from "./graph.ts";
import { childrenIn, relationsFrom, relationsTo } from "./model-index.ts";
import type { Problem } from "./problem.ts";

/** A rule that a tenant made for its own models. */
export interface CustomRule {
  /** "tenant/<name>". */
  readonly id: string;
  readonly severity: Problem["severity"];
  /** What has to be so, in a sentence. */
  readonly says: string;
  /** Only for this notation; none: for all. */
  readonly notation?: string;
  /** What it is about. */
  readonly of: "element" | "relation";
  /** Only for these types; none: for all. */
  readonly types?: readonly string[];
  /** What has to hold of each. */
  readonly condition: Condition;
}

export type Scalar = string | number | boolean;

/** What can be said of an item. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | FieldCondition
  | CountCondition;

export interface FieldCondition {
  /** "name", "documentation", "key", "lifecycle", "type", "parent.type" or "properties.<name>". */
  readonly field: string;
  /** Without any of these: that it is there and not empty. */
  readonly equals?: Scalar;
  readonly in?: readonly Scalar[];
  readonly contains?: string;
  readonly startsWith?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export const COUNTED = ["incoming", "outgoing", "relations", "children", "views"] as const;

export interface CountCondition {
  readonly count: (typeof COUNTED)[number];
  /** Of relations, or of children; none: all. */
  readonly types?: readonly string[];
  readonly min?: number;
  readonly max?: number;
}

/** Everything that the rules find wrong with the items of the scope; without a scope with all. */
export function* customViolations(
  graph: Graph,
  rules: readonly CustomRule[],
  scope?: ReadonlySet<string>,
): Generator<Problem> {
  for (const { id, severity, says, notation, of, types, condition } of rules) {
    if (notation !== undefined && notation !== graph.notation) continue;
    for (const item of candidates(graph, of, scope)) {
      if (types && !types.includes(item.type)) continue;
      if (!holds(graph, item, condition)) yield { severity, code: id, message: says, itemId: item.id };
    }
  }
}

function* candidates(
  { elements, relations }: Graph,
  of: CustomRule["of"],
  scope: ReadonlySet<string> | undefined,
): Generator<Element | Relation> {
  const items: ReadonlyMap<string, Element | Relation> = of === "relation" ? relations : elements;
  if (!scope) yield* items.values();
  else
    for (const id of scope) {
      const item = items.get(id);
      if (item) yield item;
    }
}

export function holds(graph: Graph, item: Element | Relation, condition: Condition): boolean {
  if ("all" in condition) return condition.all.every((inner) => holds(graph, item, inner));
  if ("any" in condition) return condition.any.some((inner) => holds(graph, item, inner));
  if ("not" in condition) return !holds(graph, item, condition.not);
  if ("field" in condition) return fieldHolds(fieldOf(graph, item, condition.field), condition);
  const count = countOf(graph, item, condition);
  return count >= (condition.min ?? 0) && count <= (condition.max ?? Infinity);
}

const PROPERTY = "properties.";

function fieldOf(graph: Graph, item: Element | Relation, field: string): Value | undefined {
  if (field.startsWith(PROPERTY)) {
    const name = field.slice(PROPERTY.length);
    return Object.hasOwn(item.properties, name) ? item.properties[name] : undefined;
  }
  if (field === "parent.type") return graph.elements.get(item.parent ?? "")?.type;
  return (item as unknown as Record<string, Value | undefined>)[field];
}

function fieldHolds(value: Value | undefined, condition: FieldCondition): boolean {
  const { equals, contains, startsWith, minLength, maxLength } = condition;
  const text =
    typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
  const asked: boolean[] = [];
  if (equals !== undefined) asked.push(value === equals);
  if (condition.in) asked.push(condition.in.some((one) => one === value));
  if (contains !== undefined) asked.push(text.includes(contains));
  if (startsWith !== undefined) asked.push(text.startsWith(startsWith));
  if (minLength !== undefined) asked.push(text.length >= minLength);
  if (maxLength !== undefined) asked.push(text.length <= maxLength);
  return asked.length === 0 ? text.trim() !== "" : asked.every(Boolean);
}

function countOf(graph: Graph, { id }: Element | Relation, { count, types }: CountCondition): number {
  const ofTypes = (items: readonly { type: string }[]) =>
    types ? items.filter(({ type }) => types.includes(type)).length : items.length;
  switch (count) {
    case "incoming":
      return ofTypes(relationsTo(graph, id));
    case "outgoing":
      return ofTypes(relationsFrom(graph, id));
    case "relations":
      return ofTypes(relationsTo(graph, id)) + ofTypes(relationsFrom(graph, id));
    case "children":
      return ofTypes(childrenIn(graph, id));
    case "views":
      return viewsWith(graph, id);
  }
}

function viewsWith({ views }: Graph, id: string): number {
  let count = 0;
  for (const { nodes, connections } of views.values()) {
    const isShown =
      [...nodes.values()].some(({ element }) => element === id) ||
      [...connections.values()].some(({ relation }) => relation === id);
    if (isShown) count++;
  }
  return count;
}

import type { Change, ItemRef } from "../../notation/change.ts";
import type { Element, Graph, Relation, Value, View } from "../../notation/graph.ts";

/** What is searched for: elements, relations and views. */
export interface IndexedItem {
  itemId: string;
  /** As ItemKind of the contracts. */
  kind: number;
  key: string;
  type: string;
  name: string;
}

/** What an item says of something outside of its model. */
export interface IndexedReference {
  itemId: string;
  /** The property that says so, or "documentation". */
  type: string;
  /** As written: the id of a process, "ameide:<artifact id>#<element id>". */
  target: string;
}

const KINDS = { element: 2, relation: 3, view: 4 } as const;
const NAME = 4000;

export const indexedItem = (
  kind: keyof typeof KINDS,
  { id, type, name, key = "" }: (Element | Relation | View) & { key?: string },
): IndexedItem => ({ itemId: id, kind: KINDS[kind], key, type, name: name.slice(0, NAME) });

/** Everything that a graph has for the index. */
export function* indexedItems(graph: Graph): Generator<IndexedItem> {
  for (const element of graph.elements.values()) yield indexedItem("element", element);
  for (const relation of graph.relations.values()) yield indexedItem("relation", relation);
  for (const view of graph.views.values()) yield indexedItem("view", view);
}

/** Properties that name something of another model, as BPMN and DMN spell them. */
const REFERRING = new Set([
  "calledElement",
  "calledDecision",
  "decisionRef",
  "decision",
  "processRef",
  "caseRef",
  "href",
]);
const LINK = /\bameide:[A-Za-z0-9#:/_.-]{1,400}/g;
const LONGEST = 500;

export function* indexedReferences(graph: Graph): Generator<IndexedReference> {
  for (const element of graph.elements.values()) yield* referencesOf(element);
  for (const relation of graph.relations.values()) yield* referencesOf(relation);
}

export function* referencesOf(item: Element | Relation): Generator<IndexedReference> {
  const seen = new Set<string>();
  for (const reference of referring(item)) {
    const key = `${reference.type} ${reference.target}`;
    if (!seen.has(key)) yield reference;
    seen.add(key);
  }
}

function* referring({ id, documentation, properties }: Element | Relation): Generator<IndexedReference> {
  for (const target of linksIn(documentation)) yield { itemId: id, type: "documentation", target };
  for (const [name, value] of Object.entries(properties)) {
    const local = name.slice(name.lastIndexOf(":") + 1);
    if (typeof value === "string" && REFERRING.has(local) && value !== "" && value.length <= LONGEST)
      yield { itemId: id, type: local, target: value };
    else for (const target of linksInside(value)) yield { itemId: id, type: name.slice(0, LONGEST), target };
  }
}

export function* linksOfDocument(text: string): Generator<IndexedReference> {
  for (const target of new Set(linksIn(text))) yield { itemId: "", type: "documentation", target };
}

/** Without the stop of the sentence that they end. */
const linksIn = (text: string): string[] =>
  text.includes("ameide:") ? (text.match(LINK) ?? []).map((link) => link.replace(/[.:]+$/, "")) : [];

function* linksInside(value: Value): Generator<string> {
  if (typeof value === "string") yield* linksIn(value);
  else if (Array.isArray(value)) for (const inner of value as readonly Value[]) yield* linksInside(inner);
  else if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) yield* linksInside(inner);
}

/** The elements, relations and views that the changes touched. */
export function touchedItems(changes: readonly Change[]): Set<string> {
  const touched = new Set<string>();
  for (const change of changes) {
    const ref: ItemRef =
      "ref" in change ? change.ref : ({ kind: change.item.kind, id: change.item.value.id } as ItemRef);
    if (ref.kind === "element" || ref.kind === "relation" || ref.kind === "view") touched.add(ref.id);
  }
  return touched;
}

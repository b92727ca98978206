import type { Change, ItemRef } from "../../notation/change.ts";
import { depthsIn } from "./change-depth.ts";
import { diffGraphs } from "../../notation/diff-graphs.ts";
import { fieldsOf, fieldValue, GraphDraft, mapOf, nextOf, sameValue } from "../../notation/graph-draft.ts";
import type { Graph } from "../../notation/graph.ts";
import { refKey, refOfChange } from "./item-key.ts";
import type { LoggedChange } from "./workspace.ts";

export interface NetChanges {
  readonly changes: readonly Change[];
  /** For each change the operation that made it. */
  readonly origins: readonly string[];
  readonly graph: Graph;
}

/**
 * What many changes come to: fields set twice are set once, what came and went again is left out. What is new comes
 * first and what goes last, inner before outer, so that nothing ever refers to what is not there.
 */
export function netChanges(base: Graph, worked: Graph, log: readonly LoggedChange[]): NetChanges {
  const depth = depthsIn(base);
  const made = withoutOrder(base, worked, log) ?? diffGraphs(base, worked);
  const sorted = made.toSorted((a, b) => rank(a) - rank(b) || depth(b) - depth(a));
  const draft = new GraphDraft(base);
  const changes = sorted.map((each) => {
    const change = inPlace(draft.graph, each);
    draft.apply(change);
    return change;
  });
  return { changes, origins: changes.map(originsIn(log)), graph: draft.done() };
}

/** What differs, when nothing has another place among others: looks at touched items only. */
function withoutOrder(base: Graph, worked: Graph, log: readonly LoggedChange[]): Change[] | undefined {
  const touched = new Map<string, ItemRef>();
  const fields = new Map<string, Extract<Change, { op: "set" }>>();
  for (const { change } of log) {
    const ref = refOfChange(change);
    const key = refKey(ref);
    if (change.op === "move" || (change.op === "add" && (change.before !== undefined || fieldsOf(base, ref))))
      return undefined;
    if (change.op === "set") fields.set(`${key} ${change.field}`, change);
    else touched.set(key, ref);
  }
  const changes: Change[] = [];
  for (const [, ref] of touched) {
    const [was, now] = [fieldsOf(base, ref), fieldsOf(worked, ref)];
    if (was && !now) changes.push({ op: "remove", item: itemOf(ref, was) });
    if (!was && now) changes.push({ op: "add", item: itemOf(ref, now) });
  }
  for (const { ref, field } of fields.values()) {
    const [was, now] = [fieldsOf(base, ref), fieldsOf(worked, ref)];
    if (!was || !now) continue;
    const [from, to] = [fieldValue(was, field), fieldValue(now, field)];
    if (!sameValue(from, to)) changes.push({ op: "set", ref, field, from, to });
  }
  return changes;
}

function itemOf(ref: ItemRef, value: object): Extract<Change, { op: "add" }>["item"] {
  const { id: _, ...place } = ref as Extract<ItemRef, { id: string }>;
  const bare = ref.kind === "view" ? { ...value, nodes: new Map(), connections: new Map() } : value;
  return { ...place, value: bare } as never;
}

const ADDED = { element: 0, relation: 1, view: 2, node: 3, connection: 4, model: 5 };
const REMOVED = { connection: 20, node: 21, view: 22, relation: 23, element: 24, model: 25 };

function rank(change: Change): number {
  const { kind } = refOfChange(change);
  if (change.op === "add") return ADDED[kind];
  if (change.op === "remove") return REMOVED[kind];
  return change.op === "set" ? 10 : 30;
}

/** With the neighbour that the item has at that moment. */
function inPlace(graph: Graph, change: Change): Change {
  if (change.op !== "remove" && change.op !== "move") return change;
  const ref = refOfChange(change);
  if (ref.kind === "model") return change;
  const map = mapOf(graph, ref.kind, "viewId" in ref ? ref.viewId : undefined);
  const next = map && nextOf(map, ref.id);
  if (change.op === "remove")
    return { op: "remove", item: change.item, ...(next !== undefined && { before: next }) };
  const { to } = change;
  return { op: "move", ref, ...(next !== undefined && { from: next }), ...(to !== undefined && { to }) };
}

/** Who wrote the field last, or else the item. */
function originsIn(log: readonly LoggedChange[]): (change: Change) => string {
  const last = new Map<string, string>();
  for (const { change, operationId } of log) {
    const key = refKey(refOfChange(change));
    last.set(key, operationId);
    last.set(`${key} ${change.op === "set" ? change.field : change.op}`, operationId);
  }
  return (change) => {
    const key = refKey(refOfChange(change));
    const what = change.op === "set" ? change.field : change.op;
    return last.get(`${key} ${what}`) ?? last.get(key) ?? "";
  };
}

import type { Change, Item } from "../../notation/change.ts";
import { diffGraphs } from "../../notation/diff-graphs.ts";
import { GraphDraft, mapOf, nextOf, viewIdOf } from "../../notation/graph-draft.ts";
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
 * first and what goes last, so that nothing ever refers to what is not there.
 */
export function netChanges(base: Graph, worked: Graph, log: readonly LoggedChange[]): NetChanges {
  const draft = new GraphDraft(base);
  const changes: Change[] = [];
  const originOf = originsIn(log);
  const origins: string[] = [];
  const depth = depthsIn(base);
  const sorted = diffGraphs(base, worked).toSorted((a, b) => rank(a) - rank(b) || depth(b) - depth(a));
  for (const each of sorted) {
    const change = inPlace(draft.graph, each);
    draft.apply(change);
    changes.push(change);
    origins.push(originOf(change));
  }
  return { changes, origins, graph: draft.done() };
}

const ADDED = { element: 0, relation: 1, view: 2, node: 3, connection: 4, model: 5 };
const REMOVED = { connection: 20, node: 21, view: 22, relation: 23, element: 24, model: 25 };

function rank(change: Change): number {
  const { kind } = refOfChange(change);
  if (change.op === "add") return ADDED[kind];
  if (change.op === "remove") return REMOVED[kind];
  return change.op === "set" ? 10 : 30;
}

/** How deep inside of others an item is that goes; what is inside goes first. */
function depthsIn(base: Graph): (change: Change) => number {
  const depths = new Map<string, number>();
  const depthOf = (
    key: string,
    outer: (string | undefined)[],
    kind: Item["kind"],
    viewId?: string,
  ): number => {
    const known = depths.get(key);
    if (known !== undefined) return known;
    depths.set(key, 0);
    const inner = outer.map((id) => {
      const item = mapOf(base, kind, viewId)?.get(id ?? "");
      return item === undefined
        ? 0
        : 1 + depthOf(`${kind} ${viewId} ${id}`, outerOf(kind, item), kind, viewId);
    });
    const depth = Math.max(0, ...inner);
    depths.set(key, depth);
    return depth;
  };
  return (change) => {
    if (change.op !== "remove") return 0;
    const { item } = change;
    const viewId = viewIdOf(item);
    return depthOf(
      `${item.kind} ${viewId} ${item.value.id}`,
      outerOf(item.kind, item.value),
      item.kind,
      viewId,
    );
  };
}

/** What an item is inside of, or runs between, among those of its kind. */
function outerOf(kind: Item["kind"], item: unknown): (string | undefined)[] {
  const { parent, source, target } = item as { parent?: string; source?: string; target?: string };
  return kind === "relation" || kind === "connection" ? [source, target] : [parent];
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
    if (change.op === "set") last.set(`${key} ${change.field}`, operationId);
    else last.set(`${key} ${change.op}`, operationId);
  }
  return (change) => {
    const key = refKey(refOfChange(change));
    const what = change.op === "set" ? change.field : change.op;
    return last.get(`${key} ${what}`) ?? last.get(key) ?? "";
  };
}

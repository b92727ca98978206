import type { Change, ItemRef } from "../../notation/change.ts";
import { fieldsOf } from "../../notation/graph-draft.ts";
import type { Element, Relation } from "../../notation/graph.ts";
import { refOfChange } from "./item-key.ts";
import type { Workspace } from "./workspace.ts";

/** What concerns only the item itself, whatever is connected with it. */
const OWN_FIELDS = new Set(["name", "documentation", "lifecycle", "key"]);

/**
 * The items whose rules a patch can break: what it touches, and what is connected with that, before or afterwards.
 * Found from the finished model, and from the changes for what is gone.
 */
export function ruleScope(ws: Workspace, changes: readonly Change[]): Set<string> {
  const scope = new Set<string>();
  for (const change of changes) {
    const ref = refOfChange(change);
    if (ref.kind === "model") continue;
    scope.add("viewId" in ref ? ref.viewId : ref.id);
    if ("viewId" in ref || ref.kind === "view") continue;
    if (change.op === "set" && OWN_FIELDS.has(change.field)) continue;
    addSurroundings(ws, scope, ref);
    for (const was of formerly(ws, change, ref)) for (const id of namedBy(was)) scope.add(id);
    if (change.op === "set" && change.field === "parent") addInside(ws, scope, ref.id);
  }
  return scope;
}

/** The item as it was, and as it is. */
function formerly(ws: Workspace, change: Change, ref: ItemRef): (Element | Relation)[] {
  const was = change.op === "remove" || change.op === "add" ? change.item.value : fieldsOf(ws.base, ref);
  const now = fieldsOf(ws.graph, ref);
  return [was, now].filter((item) => item !== undefined) as unknown as (Element | Relation)[];
}

function addSurroundings(ws: Workspace, scope: Set<string>, ref: { kind: string; id: string }): void {
  for (const id of ws.index.find("relationsAt", ref.id)) {
    scope.add(id);
    const relation = ws.graph.relations.get(id);
    if (relation) scope.add(relation.source).add(relation.target);
  }
  for (const id of ws.index.find("mentions", ref.id)) scope.add(id);
  for (const id of ws.index.find("children", ref.id)) scope.add(id);
}

/** What an item refers to: its container, its ends, and whatever its properties name. */
function* namedBy(item: Element | Relation): Generator<string> {
  if (item.parent !== undefined) yield item.parent;
  if ("source" in item) {
    yield item.source;
    yield item.target;
  }
  yield* textsIn(item.properties);
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null)
    for (const inner of Object.values(value)) yield* textsIn(inner);
}

function addInside(ws: Workspace, scope: Set<string>, root: string): void {
  const inside = new Set([root]);
  for (const id of inside) {
    scope.add(id);
    for (const relation of ws.index.find("relationsAt", id)) scope.add(relation);
    for (const child of ws.index.find("children", id)) inside.add(child);
  }
}

import type { Relation } from "../../notation/graph.ts";
import type { NotationKit } from "../../notation/notation.ts";
import type { Workspace } from "./workspace.ts";

/** The containers of an element, the nearest first; of a relation, those of what contains it. */
export function containersOf(ws: Workspace, id: string): string[] {
  const containers = new Set<string>();
  const first = ws.graph.elements.get(id)?.parent ?? ws.graph.relations.get(id)?.parent;
  for (let at = first; at !== undefined && !containers.has(at); at = ws.graph.elements.get(at)?.parent)
    containers.add(at);
  return [...containers];
}

/** What would contain a relation between the two. */
export function relationParentOf(
  ws: Workspace,
  type: string,
  source: string,
  target: string,
): string | undefined {
  const { kit, graph } = ws;
  if (kit.vocabulary.relationParent)
    return kit.vocabulary.relationParent(ws.snapshot(), type, source, target);
  const example = firstOfType(graph.relations.values(), type);
  if (example && example.parent === undefined) return undefined;
  const ofTarget = new Set(containersOf(ws, target));
  return containersOf(ws, source).find((id) => ofTarget.has(id));
}

function firstOfType(relations: Iterable<Relation>, type: string): Relation | undefined {
  for (const relation of relations) if (relation.type === type) return relation;
  return undefined;
}

/** Keeps a relation within the nearest container of its ends, where it is in one at all. */
export function settleRelation(ws: Workspace, id: string): void {
  const relation = ws.graph.relations.get(id);
  if (relation?.parent === undefined) return;
  const { type, source, target } = relation;
  ws.set({ kind: "relation", id }, "parent", relationParentOf(ws, type, source, target));
}

export type Grouping =
  | {
      readonly by: "parent";
      /** Relations that may not cross the border, and lead to the container in place of what is in it. */
      readonly bordered?: readonly string[];
    }
  | { readonly by: "drawing" }
  | { readonly by: "relation"; readonly type: string };

/** How an element of the type holds others: as their parent, where the notation says nothing else. */
export const groupingOf = (kit: NotationKit, type: string): Grouping =>
  kit.vocabulary.groups?.(type) ?? { by: "parent" };

import { fieldsOf } from "../../notation/graph-draft.ts";
import type { Element, Relation } from "../../notation/graph.ts";
import type { Found } from "./found.ts";
import { referencesTo, withoutReferences } from "./references.ts";
import { boxesOf, linesOf, removeBox, removeLine, removeView } from "./view-items.ts";
import type { Workspace } from "./workspace.ts";

type Owned = Extract<Found, { kind: "element" | "relation" | "view" }>;

/** Takes elements and relations out with all that cannot be without them, boxes and lines among it. */
export function removeItems(ws: Workspace, roots: readonly Owned[]): void {
  const gone = closure(ws, roots);
  const ids = new Set(gone.map(({ id }) => id));
  for (const { kind, id } of gone) {
    if (kind === "relation") for (const line of linesOf(ws, id)) removeLine(ws, line);
    else for (const box of boxesOf(ws, id)) removeBox(ws, box);
  }
  for (const { id } of gone) leaveViewsOf(ws, id);
  forget(ws, ids);
  // Found from the outside to the inside, removed from the inside to the outside.
  for (const ref of gone.toReversed()) if (ref.kind === "relation") ws.remove(ref);
  for (const ref of gone.toReversed()) if (ref.kind === "element") ws.remove(ref);
}

/** What goes when these go: what they contain, what is attached to them, relations at and within them. */
export function closure(ws: Workspace, roots: readonly Owned[]): Owned[] {
  const seen = new Map(roots.map((ref) => [ref.id, ref]));
  const see = (kind: "element" | "relation", ids: readonly string[]) => {
    for (const id of ids) if (!seen.has(id)) seen.set(id, { kind, id });
  };
  for (const { kind, id } of seen.values()) {
    see("relation", ws.index.find("relationsAt", id));
    const needing = owners(ws, id).filter(({ item }) =>
      referencesTo(ws.kit, item, new Set([id])).some(({ reference }) => reference === "needs"),
    );
    for (const { ref } of needing) see(ref.kind, [ref.id]);
    if (kind !== "element") continue;
    see("element", ws.index.find("children", id));
    see("relation", ws.index.find("relationsIn", id));
  }
  return [...seen.values()];
}

interface Owner {
  readonly ref: { readonly kind: "element" | "relation"; readonly id: string };
  readonly item: Element | Relation;
}

/** Elements and relations with the id in their properties. */
export function owners(ws: Workspace, id: string): Owner[] {
  return ws.index.find("mentions", id).flatMap((owner): Owner[] => {
    const kind = ws.graph.elements.has(owner) ? "element" : "relation";
    const item = fieldsOf(ws.graph, { kind, id: owner });
    return item ? [{ ref: { kind, id: owner }, item: item as unknown as Element | Relation }] : [];
  });
}

/** Properties that mention what goes no longer do. */
function forget(ws: Workspace, ids: ReadonlySet<string>): void {
  for (const id of ids)
    for (const { ref, item } of owners(ws, id)) {
      if (ids.has(ref.id)) continue;
      for (const { property } of referencesTo(ws.kit, item, ids)) {
        const value = item.properties[property];
        if (value === undefined) continue;
        const rest = withoutReferences(ws.kit, item.type, property, value, ids);
        ws.set(ref, `properties.${property}`, rest);
      }
    }
}

/** A view of the inside of what goes has nothing left to show, or shows it without saying what of. */
function leaveViewsOf(ws: Workspace, id: string): void {
  for (const viewId of ws.index.find("viewsOf", id)) {
    const view = ws.graph.views.get(viewId);
    if (!view) continue;
    if (view.nodes.size === 0) removeView(ws, view);
    else ws.set({ kind: "view", id: viewId }, "element", undefined);
  }
}

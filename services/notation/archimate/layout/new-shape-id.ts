import type { Graph } from "../../graph.ts";

/** All ids of the model: those of a file are unique in the whole of it, boxes and lines included. */
export function idsInUse({ elements, relations, views }: Graph): Set<string> {
  const ids = new Set([...elements.keys(), ...relations.keys(), ...views.keys()]);
  for (const { nodes, connections } of views.values()) {
    for (const id of nodes.keys()) ids.add(id);
    for (const id of connections.keys()) ids.add(id);
  }
  return ids;
}

/** The same each time for the same item and view; taken from then on. */
export function newShapeId(itemId: string, viewId: string, taken: Set<string>): string {
  const plain = `${itemId}-in-${viewId}`.replaceAll(/[^\w.-]/g, "_");
  const base = /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
  taken.add(id);
  return id;
}

import type { Graph } from "../graph.ts";
import type { XmlDocument, XmlElement } from "../xml/xml-tree.ts";
import { descendantsOf } from "../xml/query-xml.ts";
import type { DmnSource } from "./dmn-source.ts";
import { DmnWriter } from "./dmn-writer.ts";
import { idOf } from "./item-ids.ts";
import { MODEL_FIELDS } from "./item-fields.ts";
import { DEFAULT_NAMESPACE } from "./namespaces.ts";
import { ItemWriter, writeDescription } from "./write-items.ts";
import { writeViews } from "./write-views.ts";

/** The file with what differs between the graph and the one that was read. */
export function writeDmn(graph: Graph, source: DmnSource): XmlDocument {
  const { graph: was, document, places } = source;
  const writer = new DmnWriter(document, takenIds(document.root, graph));
  writeModel(writer, was, graph);
  const items = new ItemWriter(writer, source, graph);
  items.write();
  // When things come, go or move, an id that was only made up here could become that of another one.
  const moved = !sameShape(was, graph);
  writeViews(writer, source, graph, moved);
  if (moved) for (const [id, node] of items.derived(places.derived)) writer.setAttribute(node, "id", id);
  return writer.apply();
}

function takenIds(root: XmlElement, { elements, relations, views }: Graph): Set<string> {
  const ids = new Set([...elements.keys(), ...relations.keys(), ...views.keys()]);
  for (const node of descendantsOf(root)) {
    const id = idOf(node);
    if (id !== undefined) ids.add(id);
  }
  for (const { nodes, connections } of views.values())
    for (const id of [...nodes.keys(), ...connections.keys()]) ids.add(id);
  return ids;
}

function writeModel(writer: DmnWriter, was: Graph, now: Graph): void {
  const { root } = writer;
  if (was.id !== now.id) writer.setAttribute(root, "id", now.id === "" ? undefined : now.id);
  if (was.name !== now.name) writer.setAttribute(root, "name", now.name);
  if (was.documentation !== now.documentation) writeDescription(writer, root, now.documentation);
  writer.setProperties(root, MODEL_FIELDS, was.properties, now.properties);
  // The schema wants one.
  if (was.properties["namespace"] !== undefined && now.properties["namespace"] === undefined)
    writer.setAttribute(root, "namespace", DEFAULT_NAMESPACE);
}

/** What the ids that are made up for a file depend on. */
function sameShape(a: Graph, b: Graph): boolean {
  const maps = (graph: Graph): ReadonlyMap<string, Shaped>[] => [
    graph.elements,
    graph.relations,
    graph.views,
    ...[...graph.views.values()].flatMap(({ nodes, connections }) => [nodes, connections]),
  ];
  const [left, right] = [maps(a), maps(b)];
  return left.length === right.length && left.every((map, i) => sameItems(map, right[i] ?? new Map()));
}

interface Shaped {
  readonly type?: string;
  readonly parent?: string;
  readonly target?: string;
}

function sameItems(a: ReadonlyMap<string, Shaped>, b: ReadonlyMap<string, Shaped>): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  const others = b.entries();
  for (const [id, item] of a) {
    const [otherId, other] = others.next().value ?? [];
    const isSame = id === otherId && item.type === other?.type && item.parent === other?.parent;
    if (!isSame || item.target !== other?.target) return false;
  }
  return true;
}

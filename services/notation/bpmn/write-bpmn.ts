import type { Graph } from "../graph.ts";
import { attributeOf } from "../xml/query-xml.ts";
import type { XmlDocument, XmlElement } from "../xml/xml-tree.ts";
import type { BpmnSource } from "./bpmn-source.ts";
import { AMEIDE_NAMESPACE, DEFAULT_TARGET_NAMESPACE } from "./namespaces.ts";
import { DEFINITIONS_ATTRIBUTES, readBpmn } from "./read-bpmn.ts";
import { ModelWriter } from "./write-model.ts";
import { ViewWriter } from "./write-views.ts";
import { draftOf, setAttribute, type DraftElement } from "./xml-draft.ts";

/** The file with what differs between its graph and the given one. Everything else stands as it stood. */
export function writeBpmn(graph: Graph, source: BpmnSource): XmlDocument {
  const draft = draftOf(source.document.root);
  writeDefinitions(draft.root, source.graph, graph);
  const model = new ModelWriter(draft, source, graph);
  model.write();
  const views = new ViewWriter(draft, source, graph, model.refer);
  views.write();
  if (source.places.derived.size > 0) keepIds(draft.root, graph, model, views);
  return { ...source.document, root: draft.root };
}

function writeDefinitions(root: DraftElement, was: Graph, now: Graph): void {
  if (was.id !== now.id) setAttribute(root, "id", now.id === "" ? undefined : now.id);
  if (was.name !== now.name) setAttribute(root, "name", now.name === "" ? undefined : now.name);
  if (was.documentation !== now.documentation)
    setAttribute(root, "documentation", now.documentation || undefined, AMEIDE_NAMESPACE);
  for (const name of DEFINITIONS_ATTRIBUTES) {
    const value = now.properties[name];
    if (value === was.properties[name]) continue;
    const none = name === "targetNamespace" ? DEFAULT_TARGET_NAMESPACE : undefined;
    setAttribute(root, name, value === undefined || value === null ? none : String(value));
  }
}

/** An id that was made up on reading may come out differently where things have moved: then it is written down. */
function keepIds(root: DraftElement, graph: Graph, model: ModelWriter, views: ViewWriter): void {
  for (let round = 0; round < 3; round++) {
    const { places } = readBpmn(root);
    const isThere = (id: string, map: ReadonlyMap<string, XmlElement>, node: DraftElement | undefined) => {
      if (!node || map.get(id) === node || attributeOf(node, "id") === id) return true;
      setAttribute(node, "id", id);
      return false;
    };
    const items = [...graph.elements.keys(), ...graph.relations.keys()].map((id) =>
      isThere(id, places.items, model.nodes.get(id)),
    );
    const drawn = [...graph.views].flatMap(([id, view]) => [
      isThere(id, places.items, views.views.get(id)),
      ...[...view.nodes.keys(), ...view.connections.keys()].map((inner) =>
        isThere(inner, places.drawn.get(id) ?? new Map(), views.drawn.get(id)?.get(inner)),
      ),
    ]);
    if ([...items, ...drawn].every(Boolean)) return;
  }
}

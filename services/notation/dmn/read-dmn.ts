import type { Element, Graph, Lifecycle, Properties, Relation } from "../graph.ts";
import { UnreadableModel } from "../problem.ts";
import { attributeOf, descendantsOf, elementsOf, textOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import type { Places } from "./dmn-source.ts";
import { child, children, idOfHref } from "./fields.ts";
import { fieldsOf, MODEL_FIELDS, readProperties } from "./item-fields.ts";
import { idOf, ItemIds } from "./item-ids.ts";
import {
  ELEMENT_TYPES,
  nameFieldOf,
  RELATION_TYPES,
  REQUIREMENT_TYPES,
  TABLE_PARTS,
  TABLE_PATHS,
} from "./item-types.ts";
import { AMEIDE_NAMESPACE, DEFAULT_NAMESPACE, isDmnRoot } from "./namespaces.ts";
import { readViews } from "./read-views.ts";

export interface ReadDmn {
  readonly graph: Graph;
  readonly places: Places;
  readonly ids: ItemIds;
}

/** The graph of a parsed file. */
export function readDmn(root: XmlElement): ReadDmn {
  if (!isDmnRoot(root)) throw notDmn(root);
  const ids = new ItemIds(writtenIds(root));
  const reader = new ModelReader(root, ids);
  const { elements, relations } = reader;
  const drawings = readViews(root, ids, elements, relations);
  const graph: Graph = {
    notation: "dmn",
    id: idOf(root) ?? "",
    name: attributeOf(root, "name") ?? "",
    documentation: documentationOf(root),
    properties: modelProperties(root),
    elements,
    relations,
    views: drawings.views,
  };
  const items = new Map([...reader.places, ...drawings.places]);
  return { graph, places: { items, drawn: drawings.inside, derived: ids.derived }, ids };
}

function modelProperties(root: XmlElement): Properties {
  const { namespace, ...others } = readProperties(root, MODEL_FIELDS);
  return namespace === undefined || namespace === DEFAULT_NAMESPACE ? others : { namespace, ...others };
}

function writtenIds(root: XmlElement): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const node of descendantsOf(root)) {
    const id = idOf(node);
    if (id !== undefined) ids.add(id);
  }
  return ids;
}

class ModelReader {
  readonly elements = new Map<string, Element>();
  readonly relations = new Map<string, Relation>();
  readonly places = new Map<string, XmlElement>();
  readonly #ids: ItemIds;

  constructor(root: XmlElement, ids: ItemIds) {
    this.#ids = ids;
    const own = elementsOf(root).filter(({ namespace }) => namespace === root.namespace);
    for (const node of own) {
      if (ELEMENT_TYPES.has(node.local)) this.#element(node, undefined);
      else if (RELATION_TYPES.has(node.local)) this.#relation(node, "");
    }
  }

  #element(node: XmlElement, parent: string | undefined): void {
    const type = node.local;
    const id = this.#ids.claim(node, `${parent ?? "model"}_${type}`);
    const key = attributeOf(node, "key", AMEIDE_NAMESPACE);
    const lifecycle = attributeOf(node, "lifecycle", AMEIDE_NAMESPACE);
    const container = parent ?? attributeOf(node, "parent", AMEIDE_NAMESPACE);
    this.places.set(id, node);
    this.elements.set(id, {
      id,
      ...(key !== undefined && { key }),
      type,
      name: nameOf(node),
      ...(container !== undefined && { parent: container }),
      documentation: documentationOf(node),
      ...(isLifecycle(lifecycle) && { lifecycle }),
      properties: readProperties(node, fieldsOf(type)),
    });
    this.#inside(node, id);
  }

  #inside(node: XmlElement, id: string): void {
    let table: XmlElement | undefined = node;
    const path = TABLE_PATHS.get(node.local);
    for (const local of path ?? []) table = table && child(table, local);
    if (path && table)
      for (const part of elementsOf(table))
        if (TABLE_PARTS.has(part.local) && part.namespace === node.namespace) this.#element(part, id);
    if (node.local === "itemDefinition" || node.local === "itemComponent")
      for (const component of children(node, "itemComponent")) this.#element(component, id);
    for (const inner of elementsOf(node))
      if (REQUIREMENT_TYPES.has(inner.local) && inner.namespace === node.namespace) this.#relation(inner, id);
  }

  #relation(node: XmlElement, owner: string): void {
    const type = node.local;
    const id = this.#ids.claim(node, `${owner || "model"}_${type}`);
    const parent = attributeOf(node, "parent", AMEIDE_NAMESPACE);
    this.places.set(id, node);
    this.relations.set(id, {
      id,
      type,
      name: nameOf(node),
      ...endsOf(node, owner),
      ...(parent !== undefined && { parent }),
      documentation: documentationOf(node),
      properties: readProperties(node, fieldsOf(type)),
    });
  }
}

/** A requirement leads from what is required to what requires it, which is what contains it. */
function endsOf(node: XmlElement, owner: string): { source: string; target: string } {
  const end = (holder: XmlElement | undefined) => idOfHref((holder && attributeOf(holder, "href")) ?? "");
  if (node.local === "association")
    return { source: end(child(node, "sourceRef")), target: end(child(node, "targetRef")) };
  const target = attributeOf(node, "target", AMEIDE_NAMESPACE) ?? owner;
  return { source: end(requiredIn(node)[0]), target };
}

/** What is required; a good file says it once. */
export const requiredIn = (node: XmlElement): readonly XmlElement[] =>
  elementsOf(node).filter(
    ({ local, namespace }) => local.startsWith("required") && namespace === node.namespace,
  );

function nameOf(node: XmlElement): string {
  const field = nameFieldOf(node.local);
  if (field !== "text") return attributeOf(node, field) ?? "";
  const inner = child(node, "text");
  return inner ? textOf(inner) : "";
}

export function documentationOf(node: XmlElement): string {
  const description = child(node, "description");
  return description ? textOf(description) : "";
}

const LIFECYCLES: ReadonlySet<string> = new Set<Lifecycle>(["planned", "current", "retiring", "retired"]);
const isLifecycle = (text: string | undefined): text is Lifecycle =>
  text !== undefined && LIFECYCLES.has(text);

const notDmn = (root: XmlElement): UnreadableModel =>
  new UnreadableModel({
    code: "NOT_DMN",
    message: `The file begins with <${root.name}>; a DMN file begins with <definitions> in a namespace of DMN. Export it as DMN 1.3 XML.`,
    line: root.line,
    column: root.column,
  });

import type { Graph } from "../graph.ts";
import type { Problem } from "../problem.ts";
import { attributeOf, elementsOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import type { DmnSource, Places } from "./dmn-source.ts";
import { ELEMENT_TYPES, RELATION_TYPES, TABLE_PARTS } from "./item-types.ts";
import { idOf } from "./item-ids.ts";
import { knownVersion } from "./namespaces.ts";
import { fieldsOf } from "./item-fields.ts";
import { isReference } from "./references.ts";
import { rankOf } from "./schema-order.ts";

type Found = Omit<Problem, "severity" | "line" | "column"> & { readonly node: XmlElement };

/** What is wrong with a file that could be read. All of it stays in the file. */
export function checkFile(
  { document: { root }, graph, places }: DmnSource,
  duplicates: readonly XmlElement[],
): Problem[] {
  const found = [...checkRoot(root), ...doubled(duplicates), ...unknown(root), ...dangling(graph, places)];
  return found.map(({ node, ...problem }) => ({
    severity: "warning",
    ...problem,
    line: node.line,
    column: node.column,
  }));
}

function* checkRoot(root: XmlElement): Generator<Found> {
  if (!knownVersion(root))
    yield {
      code: "DMN_NAMESPACE",
      message: `The file has the namespace ${root.namespace}, which is no known version of DMN; it is read as if it were 1.3.`,
      node: root,
    };
}

function* doubled(nodes: readonly XmlElement[]): Generator<Found> {
  for (const node of nodes)
    yield {
      code: "DUPLICATE_ID",
      message: `The id ${idOf(node)} is there twice; references to it mean the first.`,
      itemId: idOf(node) ?? "",
      node,
    };
}

/** Elements of DMN that stand where the schema has no place for them. */
function* unknown(root: XmlElement): Generator<Found> {
  for (const node of elementsOf(root)) {
    if (node.namespace !== root.namespace) continue;
    const isItem = ELEMENT_TYPES.has(node.local) || RELATION_TYPES.has(node.local);
    if (rankOf("definitions", node.local) === Infinity)
      yield {
        code: isItem ? "MISPLACED_ELEMENT" : "UNKNOWN_ELEMENT",
        message: isItem
          ? `<${node.name}> cannot stand directly in the definitions.`
          : `<${node.name}> is not known in DMN; it is kept as it is.`,
        ...(idOf(node) !== undefined && { itemId: idOf(node) ?? "" }),
        node,
      };
    if (
      isItem &&
      !TABLE_PARTS.has(node.local) &&
      attributeOf(node, "name") === undefined &&
      needsName(node.local)
    )
      yield {
        code: "MISSING_NAME",
        message: `<${node.name}> has no name.`,
        ...(idOf(node) !== undefined && { itemId: idOf(node) ?? "" }),
        node,
      };
  }
}

const needsName = (type: string): boolean =>
  !RELATION_TYPES.has(type) && type !== "textAnnotation" && type !== "group";

/** References within the file that lead nowhere. Those with a "#" inside lead to other files. */
function* dangling(graph: Graph, { items, drawn }: Places): Generator<Found> {
  const isThere = (id: string) => graph.elements.has(id) || graph.relations.has(id) || id.includes("#");
  const say = (itemId: string, what: string, id: string, node: XmlElement | undefined): Found[] =>
    node && !isThere(id)
      ? [
          {
            code: "DANGLING_REFERENCE",
            message: `${what} of ${itemId} is "${id}", which is not in the file.`,
            itemId,
            node,
          },
        ]
      : [];
  for (const { id, source, target } of graph.relations.values()) {
    yield* say(id, "The source", source, items.get(id));
    yield* say(id, "The target", target, items.get(id));
  }
  for (const { id, type, properties } of graph.elements.values())
    for (const { name } of fieldsOf(type))
      if (isReference(type, name))
        for (const other of [properties[name] ?? []].flat())
          if (typeof other === "string") yield* say(id, name, other, items.get(id));
  for (const view of graph.views.values()) {
    const places = drawn.get(view.id);
    for (const { id, element } of view.nodes.values())
      if (element !== undefined) yield* say(id, "What the box stands for", element, places?.get(id));
    for (const { id, relation } of view.connections.values())
      if (relation !== undefined) yield* say(id, "What the line stands for", relation, places?.get(id));
  }
}

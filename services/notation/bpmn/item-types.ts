import type { XmlElement } from "../xml/xml-tree.ts";
import { XSI_NAMESPACE } from "./namespaces.ts";
import { isA, schemaType } from "./schema.ts";

/** Where the ends of a relation stand: attributes, or children of what contains it. */
export type EndsOf = "attributes" | "into-owner" | "out-of-owner";

export const RELATION_ENDS: ReadonlyMap<string, EndsOf> = new Map([
  ["sequenceFlow", "attributes"],
  ["messageFlow", "attributes"],
  ["association", "attributes"],
  ["conversationLink", "attributes"],
  ["dataInputAssociation", "into-owner"],
  ["dataOutputAssociation", "out-of-owner"],
]);

const ELEMENT_BASES = ["flowElement", "artifact", "conversationNode", "rootElement"];
const ELEMENTS = new Set(["participant", "lane", "categoryValue"]);
/** They are no items themselves, but contain some. */
const WRAPPERS = new Set(["laneSet", "childLaneSet"]);

export type ItemKind = "element" | "relation" | "wrapper";

/** What an element of the file is to the graph; undefined: it stays in the file and is no item. */
export function itemKind(type: string, parentType: string): ItemKind | undefined {
  if (RELATION_ENDS.has(type)) return "relation";
  if (WRAPPERS.has(type)) return "wrapper";
  // What a process takes and gives is drawn; what a task does is not.
  if (type === "ioSpecification") return isA(parentType, "callableElement") ? "wrapper" : undefined;
  if (type === "dataInput" || type === "dataOutput")
    return parentType === "ioSpecification" ? "element" : undefined;
  if (isA(type, "eventDefinition")) return parentType === "definitions" ? "element" : undefined;
  if (ELEMENTS.has(type) || ELEMENT_BASES.some((base) => isA(type, base))) return "element";
  return undefined;
}

/** The BPMN type of an element of the file: its name or, where that is a base type, what xsi:type says. */
export function typeOfXml(node: XmlElement): string {
  const said = node.attributes.find(
    ({ local, namespace }) => local === "type" && namespace === XSI_NAMESPACE,
  );
  if (!said) return node.local;
  const name = said.value.slice(said.value.indexOf(":") + 1);
  const type = /^t[A-Z]/.test(name) ? name.charAt(1).toLowerCase() + name.slice(2) : name;
  return schemaType(type) && schemaType(node.local)?.isAbstract && isA(type, node.local) ? type : node.local;
}

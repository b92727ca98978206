import type { Properties, Value } from "../graph.ts";
import { attributeOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import { itemFields, objectFields, type Field } from "./fields.ts";
import type { FileIds } from "./file-ids.ts";
import { typeOfXml } from "./item-types.ts";
import { isA, isReferenceType } from "./schema.ts";

/** What an element or relation of the file says beyond the fields of the graph. */
export const readProperties = (node: XmlElement, type: string, ids: FileIds): Properties =>
  readFields(node, itemFields(type), ids);

function readFields(node: XmlElement, fields: ReadonlyMap<string, Field>, ids: FileIds): Properties {
  const properties: Record<string, Value> = {};
  for (const field of fields.values()) {
    const value = readField(node, field, ids);
    if (value !== undefined) properties[field.name] = value;
  }
  return properties;
}

/** The value that the file has for a field; undefined for none. */
export function readField(node: XmlElement, field: Field, ids: FileIds): Value | undefined {
  switch (field.place) {
    case "attribute": {
      const text = attributeOf(node, field.xml);
      return text === undefined || isFiller(field, text) ? undefined : parseScalar(text, field.type, ids);
    }
    case "text": {
      const child = childrenNamed(node, field.xml)[0];
      if (!child) return undefined;
      const text = textOf(child);
      return isFiller(field, text) ? undefined : parseScalar(text, field.type, ids);
    }
    case "texts": {
      const values = childrenNamed(node, field.xml).map((child) =>
        parseScalar(textOf(child), field.type, ids),
      );
      return values.length > 0 ? values : undefined;
    }
    case "object":
    case "objects": {
      const values = objectNodes(node, field).map((child) => readObject(child, ids));
      return field.place === "objects" ? (values.length > 0 ? values : undefined) : values[0];
    }
  }
}

/** The schema wants it even where nobody has said anything. */
export const isFiller = ({ isRequired, type }: Field, text: string): boolean =>
  isRequired && text === "" && !isReferenceType(type);

/** The children that a field of objects is about. */
export const objectNodes = (node: XmlElement, field: Field): XmlElement[] =>
  modelChildren(node).filter((child) => isA(typeOfXml(child), field.type));

function readObject(node: XmlElement, ids: FileIds): Properties {
  const type = typeOfXml(node);
  return { type, ...readFields(node, objectFields(type), ids) };
}

/** A text as a value of that type; what is no such value stays a text. */
export function parseScalar(text: string, type: string, ids: FileIds): Value {
  if (isReferenceType(type)) return ids.resolve(text);
  const word = text.trim();
  if (type === "boolean") {
    if (word === "true" || word === "1") return true;
    return word === "false" || word === "0" ? false : text;
  }
  if ((type === "integer" || type === "int") && /^[+-]?\d{1,15}$/.test(word)) return Number(word);
  return text;
}

/** The children in the same namespace as their parent: BPMN within BPMN. */
export const modelChildren = (node: XmlElement): XmlElement[] =>
  node.children.filter(
    (child): child is XmlElement => child.kind === "element" && child.namespace === node.namespace,
  );

export const childrenNamed = (node: XmlElement, local: string): XmlElement[] =>
  modelChildren(node).filter((child) => child.local === local);

/** All text within, without comments. */
export function textOf(node: XmlElement): string {
  let text = "";
  for (const child of node.children) {
    if (child.kind === "text") text += child.text;
    else if (child.kind === "element") text += textOf(child);
  }
  return text;
}

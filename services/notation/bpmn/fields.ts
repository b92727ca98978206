import { RELATION_ENDS } from "./item-types.ts";
import { childOf, holdsText, isA, isSimple, SCHEMA, schemaType, type SchemaChild } from "./schema.ts";

/**
 * One property of an item, and where the file has it: an attribute, a child with text, several such children, or
 * children with fields of their own.
 */
export interface Field {
  readonly name: string;
  readonly place: "attribute" | "text" | "texts" | "object" | "objects";
  /** The name of the attribute or child; of objects the base of their types. */
  readonly xml: string;
  /** Of the text; of objects their base type. */
  readonly type: string;
  readonly isRequired: boolean;
}

const OBJECTS: ReadonlyMap<string, string> = new Map([
  ["eventDefinition", "eventDefinitions"],
  ["loopCharacteristics", "loopCharacteristics"],
  ["participantMultiplicity", "participantMultiplicity"],
  ["dataState", "dataState"],
]);
/** Children that other parts of the graph say: relations, lanes, documentation. */
const ELSEWHERE = new Set(["documentation", "extensionElements", "incoming", "outgoing", "flowNodeRef"]);

const cache = new Map<string, ReadonlyMap<string, Field>>();

/** The properties that elements and relations of a type can have, by name. */
export function itemFields(type: string): ReadonlyMap<string, Field> {
  const known = cache.get(type);
  if (known) return known;
  const fields = fieldsOf(type).filter(({ xml }) => !isOwnField(type, xml));
  const map = new Map(fields.map((field) => [field.name, field]));
  cache.set(type, map);
  return map;
}

/** The same for objects within properties, such as event definitions: they keep their name among the others. */
export function objectFields(type: string): ReadonlyMap<string, Field> {
  const key = `object ${type}`;
  const known = cache.get(key);
  if (known) return known;
  const map = new Map(fieldsOf(type).map((field) => [field.name, field]));
  cache.set(key, map);
  return map;
}

/** What the item says by its name or its ends. */
function isOwnField(type: string, xml: string): boolean {
  if (xml === "name") return true;
  if (RELATION_ENDS.has(type)) return xml === "sourceRef" || xml === "targetRef";
  return xml === nameFieldOf(type);
}

/** Where the name of such an item stands: the text of a note, the value of a category value. */
export function nameFieldOf(type: string): string {
  if (type === "textAnnotation") return "text";
  return type === "categoryValue" ? "value" : "name";
}

/** Whether the format has a place for a name. */
export const canHaveName = (type: string): boolean =>
  type === "textAnnotation" || (schemaType(type)?.attributes.has(nameFieldOf(type)) ?? false);

function fieldsOf(typeName: string): Field[] {
  const type = schemaType(typeName);
  if (!type) return [];
  const attributes = [...type.attributes.values()]
    .filter(({ name }) => name !== "id")
    .map(({ name, type: of, isRequired }): Field => ({
      name,
      place: "attribute",
      xml: name,
      type: of,
      isRequired,
    }));
  return [...attributes, ...type.children.flatMap(childField)];
}

function childField(child: SchemaChild): Field[] {
  const { name, type, isMany, isRequired } = child;
  if (ELSEWHERE.has(name)) return [];
  const object = OBJECTS.get(type);
  if (object) return [{ name: object, place: isMany ? "objects" : "object", xml: name, type, isRequired }];
  if (!holdsText(type) || (isMany && !isSimple(type))) return [];
  return [{ name, place: isMany ? "texts" : "text", xml: name, type, isRequired }];
}

/** The types that an object of a field can be of. */
export const objectTypes = (field: Field): readonly string[] =>
  [...SCHEMA.values()]
    .filter((type) => !type.isAbstract && isA(type.name, field.type))
    .map(({ name }) => name);

/** Whether the file has a text child declared as an expression, which says its type by xsi:type. */
export const isExpression = (type: string, child: string): boolean =>
  childOf(type, child)?.type === "expression";

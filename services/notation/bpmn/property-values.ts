import type { Element, Properties, Relation, Value } from "../graph.ts";
import { canHaveName, itemFields, objectFields, objectTypes, type Field } from "./fields.ts";
import { isFiller } from "./read-fields.ts";
import { isReferenceType } from "./schema.ts";

/** What of an item has no place in a BPMN file, in words. Nothing of it would come back from one. */
export function* unwritable(item: Element | Relation): Generator<string> {
  if (item.name !== "" && !canHaveName(item.type)) yield `BPMN has no name for a ${item.type}`;
  const fields = itemFields(item.type);
  const isElement = !("source" in item);
  for (const [name, value] of Object.entries(item.properties)) {
    if (isElement && name === "lane") {
      if (typeof value !== "string") yield "lane has to be the id of a lane";
      continue;
    }
    const field = fields.get(name);
    if (!field) yield unknown(item.type, name, fields);
    else yield* misfits(field, value, name);
  }
}

function unknown(type: string, name: string, fields: ReadonlyMap<string, Field>): string {
  if (type === "textAnnotation" && name === "text") return "the text of a textAnnotation is its name";
  const known = [...fields.keys()].filter((other) => other.toLowerCase().includes(name.toLowerCase()));
  const hint = known.length > 0 ? `; is ${known.join(" or ")} meant?` : "";
  return `BPMN has no property ${name} of a ${type}${hint}`;
}

function* misfits(field: Field, value: Value, path: string): Generator<string> {
  switch (field.place) {
    case "attribute":
    case "text":
      if (!fits(field, value)) yield `${path} has to be ${WORDS[field.type] ?? word(field)}`;
      return;
    case "texts":
      if (!Array.isArray(value) || value.length === 0 || !value.every((inner: Value) => fits(field, inner)))
        yield `${path} has to be a list with ${word(field)} in each place`;
      return;
    case "object":
      return yield* objectMisfits(field, value, path);
    case "objects":
      if (!Array.isArray(value) || value.length === 0) {
        yield `${path} has to be a list of objects`;
        return;
      }
      for (const [i, inner] of (value as readonly Value[]).entries())
        yield* objectMisfits(field, inner, `${path}[${i}]`);
  }
}

function* objectMisfits(field: Field, value: Value, path: string): Generator<string> {
  const types = objectTypes(field);
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const { type, ...rest } = isObject ? (value as Properties) : {};
  if (typeof type !== "string" || !types.includes(type)) {
    yield `${path} has to be an object whose type is one of ${types.join(", ")}`;
    return;
  }
  const fields = objectFields(type);
  for (const [name, inner] of Object.entries(rest)) {
    const known = fields.get(name);
    if (!known) yield unknown(type, name, fields);
    else yield* misfits(known, inner, `${path}.${name}`);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  boolean: "true or false",
  integer: "a whole number",
  int: "a whole number",
};

const word = ({ type }: Field): string => (isReferenceType(type) ? "the id of something" : "a text");

function fits(field: Field, value: Value): boolean {
  const { type } = field;
  if (type === "boolean") return typeof value === "boolean";
  if (type === "integer" || type === "int")
    return Number.isSafeInteger(value) && Math.abs(value as number) < 1e15 && !Object.is(value, -0);
  if (typeof value !== "string") return false;
  if (isReferenceType(type)) return value !== "" && value.trim() === value;
  return !isFiller(field, value);
}

import { SCHEMA_TYPES } from "./schema-types.ts";

/** A type of the BPMN schema: "userTask" for tUserTask. */
export interface SchemaType {
  readonly name: string;
  readonly base?: string;
  readonly isAbstract: boolean;
  /** Its content is text: expressions, scripts, documentation. */
  readonly isText: boolean;
  /** With those of its bases, in the order of the schema. */
  readonly children: readonly SchemaChild[];
  readonly attributes: ReadonlyMap<string, SchemaAttribute>;
}

export interface SchemaChild {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly isMany: boolean;
}

export interface SchemaAttribute {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
}

/** Types that hold the id of something else. */
export const isReferenceType = (type: string): boolean => type === "QName" || type === "IDREF";

const ALIASES: Readonly<Record<string, string>> = {
  ioSpecification: "inputOutputSpecification",
  ioBinding: "inputOutputBinding",
};
const SIMPLE = new Set(["QName", "IDREF", "ID", "string", "boolean", "integer", "int", "anyURI"]);

export const SCHEMA: ReadonlyMap<string, SchemaType> = parseTypes();

/** The type of an element of that local name, where the schema has one. */
export const schemaType = (element: string): SchemaType | undefined =>
  SCHEMA.get(ALIASES[element] ?? element);

/** Whether a type is another one or extends it. */
export function isA(type: string, base: string): boolean {
  for (let at = schemaType(type); at; at = at.base === undefined ? undefined : SCHEMA.get(at.base))
    if (at.name === base) return true;
  return false;
}

/** The place among the children of `parent` where an element stands; undefined: it may not stand there. */
export function childSlot(parent: string, element: string): number | undefined {
  const children = schemaType(parent)?.children ?? [];
  const exact = children.findIndex(({ name }) => name === element);
  if (exact >= 0) return exact;
  // As in the schema, what extends the type of a child may stand in its place.
  const found = children.findIndex(({ name, type }) => name === type && isA(element, type));
  return found >= 0 ? found : undefined;
}

/** How a child of that name is declared within a type. */
export const childOf = (type: string, name: string): SchemaChild | undefined =>
  schemaType(type)?.children.find((child) => child.name === name);

export const isSimple = (type: string): boolean => SIMPLE.has(type);

/** Whether such a child holds text: an expression, a script. */
export const holdsText = (type: string): boolean => isSimple(type) || (SCHEMA.get(type)?.isText ?? false);

function parseTypes(): ReadonlyMap<string, SchemaType> {
  const own = new Map<string, SchemaType>();
  for (const line of SCHEMA_TYPES.trim().split("\n")) {
    const type = parseType(line);
    own.set(type.name, type);
  }
  const complete = new Map<string, SchemaType>();
  for (const name of own.keys()) withBases(name, own, complete);
  return complete;
}

function parseType(line: string): SchemaType {
  const [head = "", children = "", attributes = ""] = line.split("|").map((part) => part.trim());
  const [words = "", base] = head.split(" < ");
  const [name = "", ...flags] = words.split(" ");
  const fields = attributes.split(" ").filter(Boolean).map(parseAttribute);
  return {
    name,
    ...(base !== undefined && { base }),
    isAbstract: flags.includes("abstract"),
    isText: flags.includes("mixed"),
    children: children.split(" ").filter(Boolean).map(parseChild),
    attributes: new Map(fields.map((field) => [field.name, field])),
  };
}

function parseChild(text: string): SchemaChild {
  const number = text.at(-1);
  const [name = "", type] = text.slice(0, -1).split(":");
  return {
    name,
    type: type ?? ALIASES[name] ?? name,
    isRequired: number === "!" || number === "+",
    isMany: number === "*" || number === "+",
  };
}

function parseAttribute(text: string): SchemaAttribute {
  const isRequired = text.endsWith("!");
  const [name = "", type = ""] = (isRequired ? text.slice(0, -1) : text).split(":");
  return { name, type, isRequired };
}

/** Children of a base come first. */
function withBases(
  name: string,
  own: ReadonlyMap<string, SchemaType>,
  complete: Map<string, SchemaType>,
): SchemaType | undefined {
  const done = complete.get(name);
  if (done) return done;
  const type = own.get(name);
  if (!type) return undefined;
  const base = type.base === undefined ? undefined : withBases(type.base, own, complete);
  const whole: SchemaType = {
    ...type,
    isText: type.isText || (base?.isText ?? false),
    children: [...(base?.children ?? []), ...type.children],
    attributes: new Map([...(base?.attributes ?? []), ...type.attributes]),
  };
  complete.set(name, whole);
  return whole;
}

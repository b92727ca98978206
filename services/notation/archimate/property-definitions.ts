import type { Value } from "../graph.ts";
import { sameValue } from "../graph-draft.ts";
import { attributeOf, childOf, childrenOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import { readText } from "./texts.ts";
import type { Format } from "./exchange-format.ts";

export interface PropertyDefinition {
  readonly id: string;
  /** The property's name in the graph. Definitions of the same name share it. */
  readonly key: string;
  /** "string", "boolean", "number", "currency", "date", "time". */
  readonly type: string;
}

/** Attributes that have a property of their own in the graph. */
export const ATTRIBUTES = ["accessType", "isDirected", "modifier", "viewpoint", "viewpointRef"] as const;
const RESERVED: ReadonlySet<string> = new Set(ATTRIBUTES);
const SUFFIX = " (property)";

/** The property of a definition: its name, set apart from attributes; its id when it has no name. */
const keyOf = (name: string, id: string): string => {
  if (name === "") return id;
  return RESERVED.has(name) ? name + SUFFIX : name;
};

/** The name of a definition for a property. */
const nameOf = (key: string): string => {
  const name = key.endsWith(SUFFIX) ? key.slice(0, -SUFFIX.length) : key;
  return RESERVED.has(name) ? name : key;
};

export function readDefinitions(root: XmlElement, format: Format): ReadonlyMap<string, PropertyDefinition> {
  const container = childOf(root, format.namespace, "propertyDefinitions");
  const definitions = new Map<string, PropertyDefinition>();
  for (const node of container ? childrenOf(container, format.namespace, "propertyDefinition") : []) {
    const id = attributeOf(node, "identifier");
    if (id === undefined || definitions.has(id)) continue;
    // Version 2.1, and a tool or two after it, have the name as an attribute.
    const name = readText(node, "name", format) ?? attributeOf(node, "name") ?? "";
    definitions.set(id, { id, key: keyOf(name, id), type: attributeOf(node, "type") ?? "string" });
  }
  return definitions;
}

/** What a text means where the definition has this type; it is written back as the same text. */
export function valueOf(type: string | undefined, text: string): Value {
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  if (type === "number" && text === String(Number(text)) && Number.isFinite(Number(text)))
    return Number(text);
  const value = parsed(text);
  return value === undefined ? text : value;
}

/** Before values that the format has no text for: null, objects, lists of less than two. */
const JSON_MARK = "json:";

function parsed(text: string): Value | undefined {
  if (!text.startsWith(JSON_MARK)) return undefined;
  try {
    return JSON.parse(text.slice(JSON_MARK.length)) as Value;
  } catch {
    return undefined;
  }
}

export function textOfValue(value: Value): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && parsed(value) === undefined ? value : markedText(value);
}

/** A text that is read as this value, whatever it is. */
export const markedText = (value: Value): string => JSON_MARK + JSON.stringify(value);

/** Definitions while a file is written: those that are missing are made. */
export class DefinitionsInUse {
  readonly #byId: Map<string, PropertyDefinition>;
  readonly #byKey = new Map<string, PropertyDefinition[]>();
  readonly #ids: ReadonlySet<string>;
  /** Those that were made, in order, with their names. */
  readonly made: (PropertyDefinition & { readonly name: string })[] = [];

  /** `ids`: all that are taken in the model. */
  constructor(definitions: ReadonlyMap<string, PropertyDefinition>, ids: ReadonlySet<string>) {
    this.#byId = new Map(definitions);
    this.#ids = ids;
    for (const definition of definitions.values()) this.#add(definition);
  }

  keyOf(id: string): string {
    return this.#byId.get(id)?.key ?? id;
  }

  /** The id of a definition under which the value comes back as it is; the one in use if that will do. */
  idFor(key: string, value: Value, inUse?: string): string {
    const text = textOfValue(value);
    const will = ({ type }: PropertyDefinition): boolean => sameValue(valueOf(type, text), value);
    const current = inUse === undefined ? undefined : this.#byId.get(inUse);
    if (current?.key === key && will(current)) return current.id;
    return (this.#byKey.get(key)?.find(will) ?? this.#make(key, value)).id;
  }

  #make(key: string, value: Value): PropertyDefinition {
    const type = typeof value === "boolean" || typeof value === "number" ? typeof value : "string";
    const definition = { id: this.#freeId(), key, type, name: nameOf(key) };
    this.made.push(definition);
    this.#byId.set(definition.id, definition);
    this.#add(definition);
    return definition;
  }

  #freeId(): string {
    for (let n = this.#byId.size + 1; ; n++) {
      const id = `propid-${n}`;
      if (!this.#byId.has(id) && !this.#ids.has(id)) return id;
    }
  }

  #add(definition: PropertyDefinition): void {
    const same = this.#byKey.get(definition.key);
    if (same) same.push(definition);
    else this.#byKey.set(definition.key, [definition]);
  }
}

import type { Lifecycle, Properties, Value } from "../graph.ts";
import { sameValue } from "../graph-draft.ts";
import { attributeOf, childOf, childrenOf, textOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import {
  setAttribute,
  withChild,
  withoutChildren,
  withoutEmptied,
  withReplaced,
  type Place,
} from "./edit-children.ts";
import { newElement, type Format } from "./exchange-format.ts";
import {
  ATTRIBUTES,
  markedText,
  textOfValue,
  valueOf,
  type DefinitionsInUse,
  type PropertyDefinition,
} from "./property-definitions.ts";
import { mainText, newText, setText } from "./texts.ts";

/** Properties that hold fields of an element which the format has no place for. */
export const LIFECYCLE = "lifecycle";
export const KEY = "ameide:key";
export const LIFECYCLES: readonly Lifecycle[] = ["planned", "current", "retiring", "retired"];

/** What the graph has of an item's attributes and properties. */
export interface ItemProperties {
  readonly properties: Properties;
  readonly lifecycle?: Lifecycle;
  readonly key?: string;
}

/** An attribute, as a property; isDirected is a boolean wherever it reads as one. */
function attributeValue(name: string, text: string): Value {
  if (name !== "isDirected") return valueOf("string", text);
  if (text === "true" || text === "1") return true;
  return text === "false" || text === "0" ? false : valueOf("string", text);
}

function attributeText(name: string, value: Value | undefined): string | undefined {
  if (value === undefined) return undefined;
  const text = textOfValue(value);
  return sameValue(attributeValue(name, text), value) ? text : markedText(value);
}

/** The properties of a name, in the order of the file; one value is itself, several are a list. */
export function readProperties(
  item: XmlElement,
  format: Format,
  definitions: ReadonlyMap<string, PropertyDefinition>,
): Properties {
  const values = new Map<string, Value[]>();
  for (const name of ATTRIBUTES) {
    const text = attributeOf(item, name);
    if (text !== undefined) values.set(name, [attributeValue(name, text)]);
  }
  for (const property of propertiesOf(item, format)) {
    const ref = attributeOf(property, "propertyDefinitionRef") ?? "";
    const definition = definitions.get(ref);
    const main = mainText(childrenOf(property, format.namespace, "value"), format.language);
    const value = valueOf(definition?.type, main ? textOf(main) : "");
    const key = definition?.key ?? ref;
    const there = values.get(key);
    if (there) there.push(value);
    else values.set(key, [value]);
  }
  return Object.fromEntries([...values].map(([key, list]) => [key, unlisted(list)]));
}

const unlisted = (list: readonly Value[]): Value => (list.length === 1 ? (list[0] as Value) : list);
/** A value as those of several properties: one, unless it is a list that reads as several. */
const listed = (value: Value | undefined): readonly Value[] => {
  if (value === undefined) return [];
  return Array.isArray(value) && value.length > 1 ? (value as readonly Value[]) : [value];
};

export function propertiesOf(item: XmlElement, format: Format): XmlElement[] {
  const container = childOf(item, format.namespace, "properties");
  return container ? childrenOf(container, format.namespace, "property") : [];
}

/** An element's properties with its lifecycle and key taken out. */
export function withFields(properties: Properties): ItemProperties {
  const stages = listed(properties[LIFECYCLE]);
  const at = stages.findIndex((stage) => LIFECYCLES.some((known) => known === stage));
  const [key, ...keys] = listed(properties[KEY]);
  if (at === -1 && typeof key !== "string") return { properties };
  const { [LIFECYCLE]: _stages, [KEY]: _keys, ...rest } = properties;
  const entries: [string, readonly Value[]][] = [
    [LIFECYCLE, stages.filter((_, i) => i !== at)],
    [KEY, typeof key === "string" ? keys : listed(properties[KEY])],
  ];
  return {
    properties: {
      ...rest,
      ...Object.fromEntries(
        entries.filter(([, list]) => list.length > 0).map(([name, list]) => [name, unlisted(list)]),
      ),
    },
    ...(at !== -1 && { lifecycle: stages[at] as Lifecycle }),
    ...(typeof key === "string" && { key }),
  };
}

/** The other way round: fields first. */
export function withoutFields({ properties, lifecycle, key }: ItemProperties): Properties {
  if (lifecycle === undefined && key === undefined) return properties;
  const fields: [string, Value | undefined][] = [
    [LIFECYCLE, lifecycle],
    [KEY, key],
  ];
  const given = fields.filter((field): field is [string, Value] => field[1] !== undefined);
  return {
    ...properties,
    ...Object.fromEntries(
      given.map(([name, value]) => [name, unlisted([value, ...listed(properties[name])])]),
    ),
  };
}

/** The item with the properties of `now`, where they differ from `was`. */
export function writeProperties(
  item: XmlElement,
  was: Properties,
  now: Properties,
  definitions: DefinitionsInUse,
  place: Place,
): XmlElement {
  let written = item;
  for (const key of new Set([...Object.keys(was), ...Object.keys(now)])) {
    const [from, to] = [ownOf(was, key), ownOf(now, key)];
    if (sameValue(from, to)) continue;
    written = ATTRIBUTES.some((name) => name === key)
      ? setAttribute(written, key, attributeText(key, to))
      : writeProperty(written, key, listed(to), definitions, place);
  }
  return written;
}

const ownOf = (properties: Properties, name: string): Value | undefined =>
  Object.hasOwn(properties, name) ? properties[name] : undefined;

function writeProperty(
  item: XmlElement,
  key: string,
  values: readonly Value[],
  definitions: DefinitionsInUse,
  place: Place,
): XmlElement {
  const { format, depth } = place;
  const there = propertiesOf(item, format).filter(
    (property) => definitions.keyOf(attributeOf(property, "propertyDefinitionRef") ?? "") === key,
  );
  const kept = new Map(
    there
      .slice(0, values.length)
      .map((property, i) => [property, withValue(property, key, values[i] as Value, definitions, place)]),
  );
  const added = values
    .slice(there.length)
    .map((value) =>
      newElement(format, "property", { propertyDefinitionRef: definitions.idFor(key, value) }, [
        newText(format, "value", textOfValue(value)),
      ]),
    );
  const container = childOf(item, format.namespace, "properties");
  if (!container)
    return added.length === 0 ? item : withChild(item, newElement(format, "properties", {}, added), place);
  const inside: Place = { ...place, depth: depth + 1 };
  let written = withReplaced(withoutChildren(container, new Set(there.slice(values.length))), kept);
  for (const property of added) written = withChild(written, property, inside);
  // Properties without a property are not valid.
  if (!written.children.some((node) => node.kind === "element"))
    return withoutEmptied(item, container, written);
  return withReplaced(item, new Map([[container, written]]));
}

function withValue(
  property: XmlElement,
  key: string,
  value: Value,
  definitions: DefinitionsInUse,
  place: Place,
): XmlElement {
  const ref = definitions.idFor(key, value, attributeOf(property, "propertyDefinitionRef"));
  return setText(setAttribute(property, "propertyDefinitionRef", ref), "value", textOfValue(value), {
    ...place,
    depth: place.depth + 2,
  });
}

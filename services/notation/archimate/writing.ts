import type { Properties, Value } from "../graph.ts";
import { withAttribute } from "../xml/make-xml.ts";
import { attributeOf } from "../xml/query-xml.ts";
import type { XmlElement, XmlNode } from "../xml/xml-tree.ts";
import type { Place } from "./edit-children.ts";
import { XSI, xsiType, type Format, type Parent } from "./exchange-format.ts";
import type { DefinitionsInUse } from "./property-definitions.ts";
import { writeProperties } from "./properties.ts";
import { setOptionalText, setText } from "./texts.ts";

/** What is needed while a file is written. */
export interface Writing {
  readonly format: Format;
  readonly definitions: DefinitionsInUse;
  /** Parts of the file that go with what had the same id. */
  readonly gone: ReadonlySet<XmlNode>;
}

/** What elements, relationships, views and the model itself have in common. */
export interface Common {
  readonly name: string;
  readonly documentation: string;
  readonly properties: Properties;
}

export const BLANK: Common = { name: "", documentation: "", properties: {} };

/** The item with name, documentation and properties of `now`, where they differ from `was`. */
export function writeCommon(
  xml: XmlElement,
  was: Common,
  now: Common,
  { format, definitions }: Writing,
  { parent, depth, named }: { readonly parent: Parent; readonly depth: number; readonly named: boolean },
): XmlElement {
  const place: Place = { format, parent, depth };
  let written = xml;
  if (was.name !== now.name)
    written = named
      ? setText(written, "name", now.name, place)
      : setOptionalText(written, "name", now.name, place);
  if (was.documentation !== now.documentation)
    written = setOptionalText(written, "documentation", now.documentation, place);
  return writeProperties(written, was.properties, now.properties, definitions, place);
}

/** With another xsi:type; one that had a prefix keeps it. */
export function setType(xml: XmlElement, type: Value, format: Format): XmlElement {
  const before = attributeOf(xml, "type", XSI) ?? "";
  const prefix = before.slice(0, before.indexOf(":") + 1);
  const value = type === "" ? undefined : `${prefix}${String(type)}`;
  return { ...xml, attributes: withAttribute(xml.attributes, xsiType(format), value) };
}

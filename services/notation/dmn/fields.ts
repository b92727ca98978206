import type { Value } from "../graph.ts";
import { attributeOf, elementsOf, textOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import type { DmnWriter } from "./dmn-writer.ts";

/** Which of a file's namespaces a name is in. */
export type Home = "model" | "di" | "dc" | "diBase";

/** A child on the way from an item's own element to where a property stands. */
export interface Step {
  readonly local: string;
  readonly home: Home;
}

/** One property of an item, and where the file has it. */
export interface Field {
  readonly name: string;
  readonly path: readonly Step[];
  readonly isAttribute?: boolean;
  /** Undefined: it is not there. */
  readonly read: (holder: XmlElement) => Value | undefined;
  /** Whether the format can say this; other values go into an attribute of our own. */
  readonly holds: (value: Value) => boolean;
  readonly write: (writer: DmnWriter, holder: XmlElement, value: Value) => void;
  readonly clear: (writer: DmnWriter, holder: XmlElement) => void;
  /** How many steps of the path go when it is cleared; otherwise those that are left empty. */
  readonly takes?: number;
}

export const steps = (...locals: readonly string[]): readonly Step[] =>
  locals.map((local) => ({ local, home: "model" }));

export const child = (holder: XmlElement, local: string): XmlElement | undefined =>
  elementsOf(holder).find((node) => node.local === local && isSame(node, holder));

/** All of that name; prefixes and versions of the namespace do not matter inside of a DMN element. */
export const children = (holder: XmlElement, local: string): XmlElement[] =>
  elementsOf(holder).filter((node) => node.local === local && isSame(node, holder));

/** A tool's own child may have the name of one of DMN. */
const isSame = (node: XmlElement, holder: XmlElement): boolean =>
  node.namespace === holder.namespace || /\/DMN\//i.test(node.namespace);

/** Characters that XML has no way to write. */
// oxlint-disable-next-line no-control-regex
const UNWRITABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g;
const isXmlText = (value: string): boolean => value.isWellFormed() && value.search(UNWRITABLE) < 0;
export const xmlText = (value: string): string => value.toWellFormed().replaceAll(UNWRITABLE, "");

interface Kind<T extends Value> {
  readonly parse: (text: string) => T | undefined;
  readonly holds: (value: Value) => boolean;
}

const STRING: Kind<string> = {
  parse: (text) => text,
  holds: (value) => typeof value === "string" && isXmlText(value),
};
const BOOLEAN: Kind<boolean> = {
  parse: (text) => ({ true: true, "1": true, false: false, "0": false })[text.trim()],
  holds: (value) => typeof value === "boolean",
};
const NUMBER: Kind<number> = {
  parse: (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined),
  holds: (value) => typeof value === "number",
};

const KINDS = { string: STRING, boolean: BOOLEAN, number: NUMBER };

export function attributeField(
  name: string,
  {
    xml = name,
    path = [],
    kind = "string",
  }: { xml?: string; path?: readonly Step[]; kind?: keyof typeof KINDS } = {},
): Field {
  const { parse, holds } = KINDS[kind];
  return {
    name,
    path,
    isAttribute: true,
    holds,
    read: (holder) => {
      const text = attributeOf(holder, xml);
      return text === undefined ? undefined : parse(text);
    },
    write: (writer, holder, value) => writer.setAttribute(holder, xml, String(value)),
    clear: (writer, holder) => writer.setAttribute(holder, xml, undefined),
  };
}

/** The text of the last child of the path. */
export function textField(name: string, path: readonly Step[], takes?: number): Field {
  return {
    name,
    path: path.slice(0, -1),
    holds: STRING.holds,
    read: (holder) => {
      const node = child(holder, path.at(-1)?.local ?? "");
      return node && textOf(node);
    },
    write: (writer, holder, value) => writer.setText(writer.need(holder, path.at(-1) as Step), String(value)),
    clear: (writer, holder) => writer.removeAll(holder, path.at(-1)?.local ?? ""),
    ...(takes !== undefined && { takes }),
  };
}

/** What each child of a list says. */
export interface Entry {
  readonly read: (node: XmlElement) => Value;
  readonly holds: (value: Value) => boolean;
  readonly write: (writer: DmnWriter, node: XmlElement, value: Value) => void;
  /** New ones get an id, where the schema has one. */
  readonly hasId?: boolean;
}

/** The children of a name as a list; none of them: the property is not there. */
export function listField(name: string, xml: string, path: readonly Step[], entry: Entry): Field {
  return {
    name,
    path,
    holds: (value) => Array.isArray(value) && value.length > 0 && value.every(entry.holds),
    read: (holder) => {
      const nodes = children(holder, xml);
      return nodes.length === 0 ? undefined : nodes.map(entry.read);
    },
    write: (writer, holder, value) => writer.setList(holder, xml, value as readonly Value[], entry),
    clear: (writer, holder) => writer.removeAll(holder, xml),
  };
}

/** Cells of a table: FEEL as it is written. */
const cell = (hasId: boolean): Entry => ({
  read: (node) => {
    const inner = child(node, "text");
    return inner ? textOf(inner) : "";
  },
  holds: STRING.holds,
  write: (writer, node, value) =>
    writer.setText(writer.need(node, { local: "text", home: "model" }), String(value)),
  hasId,
});

export const CELL = cell(true);
export const NOTE = cell(false);

export const NAMED: Entry = {
  read: (node) => attributeOf(node, "name") ?? "",
  holds: STRING.holds,
  write: (writer, node, value) => writer.setAttribute(node, "name", String(value)),
};

/** A reference to something in the file by its id, or to something elsewhere as it is written. */
export const REFERENCE: Entry = {
  read: (node) => idOfHref(attributeOf(node, "href") ?? ""),
  holds: (value) => STRING.holds(value) && idOfHref(hrefOf(String(value))) === value,
  write: (writer, node, value) => writer.setAttribute(node, "href", hrefOf(String(value))),
};

export const idOfHref = (href: string): string => (href.startsWith("#") ? href.slice(1) : href.trim());
/** Ids have no "#"; what has one leads to another file. */
export const hrefOf = (id: string): string => (id.includes("#") ? id : `#${id}`);

/** Parameters of a function: {"name": …, "typeRef": …}. */
export const PARAMETER: Entry = {
  read: (node) => {
    const typeRef = attributeOf(node, "typeRef");
    return { name: attributeOf(node, "name") ?? "", ...(typeRef !== undefined && { typeRef }) };
  },
  holds: (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const { name, typeRef, ...others } = value as Record<string, Value>;
    const isType = typeRef === undefined || STRING.holds(typeRef);
    return name !== undefined && STRING.holds(name) && isType && Object.keys(others).length === 0;
  },
  write: (writer, node, value) => {
    const { name, typeRef } = value as { name: string; typeRef?: string };
    writer.setAttribute(node, "name", name);
    writer.setAttribute(node, "typeRef", typeRef);
  },
  hasId: true,
};

/** One reference. */
export const referenceField = (name: string, xml = name): Field => ({
  name,
  path: [],
  holds: REFERENCE.holds,
  read: (holder) => {
    const node = child(holder, xml);
    return node && REFERENCE.read(node);
  },
  write: (writer, holder, value) =>
    REFERENCE.write(writer, writer.need(holder, { local: xml, home: "model" }), value),
  clear: (writer, holder) => writer.removeAll(holder, xml),
});

/** A child with red, green and blue, as "#rrggbb". */
export const colorField = (name: string, xml: string, path: readonly Step[]): Field => ({
  name,
  path,
  holds: (value) => typeof value === "string" && /^#[0-9a-f]{6}$/.test(value),
  read: (holder) => {
    const node = child(holder, xml);
    const parts = ["red", "green", "blue"].map((part) => Number(node && attributeOf(node, part)));
    if (!parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256)) return undefined;
    return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  },
  write: (writer, holder, value) => {
    const node = writer.need(holder, { local: xml, home: "di" });
    const number = Number.parseInt(String(value).slice(1), 16);
    for (const [i, part] of ["red", "green", "blue"].entries())
      writer.setAttribute(node, part, String((number >> (16 - 8 * i)) & 0xff));
  },
  clear: (writer, holder) => writer.removeAll(holder, xml),
});

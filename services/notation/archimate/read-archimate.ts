import type { Element, Graph, Relation } from "../graph.ts";
import type { ReadModel, Source } from "../notation.ts";
import { UnreadableModel, type Problem } from "../problem.ts";
import { attributeOf, childOf, childrenOf } from "../xml/query-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import type { XmlDocument, XmlElement } from "../xml/xml-tree.ts";
import { CONCEPTS, isRelationship } from "./concepts.ts";
import { EXCHANGE_2, formatOf, typeOf, type Format } from "./exchange-format.ts";
import { propertiesOf, readProperties, withFields } from "./properties.ts";
import { readDefinitions, type PropertyDefinition } from "./property-definitions.ts";
import { Reading, type ViewParts } from "./reading.ts";
import { readView } from "./read-view.ts";
import { readText } from "./texts.ts";
import { asVersion3, type Version2 } from "./version-2.ts";

/** A file of the exchange format: the whole tree, and where in it the items of the graph are. */
export interface ArchimateSource extends Source {
  readonly notation: "archimate";
  readonly document: XmlDocument;
  readonly format: Format;
  readonly definitions: ReadonlyMap<string, PropertyDefinition>;
  readonly elements: ReadonlyMap<string, XmlElement>;
  readonly relations: ReadonlyMap<string, XmlElement>;
  readonly views: ReadonlyMap<string, ViewParts>;
  /** What is not shown because something else has its id. */
  readonly duplicates: ReadonlyMap<string, readonly XmlElement[]>;
  /** The file as it is, if it is one of version 2.1. */
  readonly version2?: Version2;
}

const VERSION_3 = /^https?:\/\/www\.opengroup\.org\/xsd\/archimate\/3(?:\.\d+)?\/?$/;

/** Reads a file of the Model Exchange File Format 3. Throws UnreadableModel for anything else. */
export function readArchimate(file: Uint8Array): ReadModel<ArchimateSource> {
  const problems: Problem[] = [];
  const document = readXml(file, { onProblem: (problem) => problems.push(problem) });
  checkRoot(document.root);
  const source =
    document.root.namespace === EXCHANGE_2
      ? readVersion2(document, problems)
      : readDocument(document, problems);
  return { graph: source.graph, source, problems };
}

function checkRoot(root: XmlElement): void {
  const { namespace, local, line, column } = root;
  // The format says 3.0 whatever the version; some tools write their own.
  if (local === "model" && (VERSION_3.test(namespace) || namespace === EXCHANGE_2)) return;
  const [code, message] = refusal(root);
  throw new UnreadableModel({ code, message, line, column });
}

function refusal({ namespace, name }: XmlElement): [code: string, message: string] {
  if (namespace === "http://www.archimatetool.com/archimate")
    return [
      "ARCHI_FILE",
      "This is a file of the tool Archi. Export it there: File, Export, Model To Open Exchange File.",
    ];
  return [
    "NOT_ARCHIMATE",
    `This is no file of the ArchiMate exchange format: its root is ${name.slice(0, 100)}.`,
  ];
}

function readVersion2(document: XmlDocument, problems: Problem[]): ArchimateSource {
  const { originals, ...upgraded } = asVersion3(document);
  problems.push({
    severity: "info",
    code: "ARCHIMATE_2",
    message:
      "This file has version 2.1 of the exchange format, and is exported as such: what is newer in ArchiMate is not valid in it.",
    line: document.root.line,
    column: document.root.column,
  });
  return { ...readDocument(upgraded, problems), version2: { document, originals } };
}

/** Reads a tree of which the root has been checked. */
export function readDocument(document: XmlDocument, problems: Problem[] = []): ArchimateSource {
  const { root } = document;
  const format = formatOf(root);
  const definitions = readDefinitions(root, format);
  const reading = new Reading(format, definitions, problems);
  const elementsXml = itemsIn(root, ["elements"], "element", reading);
  const elements = new Map([...elementsXml].map(([id, xml]) => [id, readElement(xml, id, reading)]));
  const relationsXml = itemsIn(root, ["relationships"], "relationship", reading);
  const relations = readRelations(relationsXml, elements, reading);
  const viewsXml = itemsIn(root, format.viewsPath, "view", reading);
  const views = [...viewsXml].map(([id, xml]) => readView(xml, id, reading, { elements, relations }));
  const graph: Graph = {
    notation: "archimate",
    id: attributeOf(root, "identifier") ?? "",
    name: readText(root, "name", format) ?? "",
    documentation: readText(root, "documentation", format) ?? "",
    properties: readProperties(root, format, definitions),
    elements,
    relations,
    views: new Map(views.map(([view]) => [view.id, view])),
  };
  return {
    notation: "archimate",
    graph,
    document,
    format,
    definitions,
    elements: elementsXml,
    relations: new Map([...relationsXml].filter(([id]) => relations.has(id))),
    views: new Map(views.map(([view, parts]) => [view.id, parts])),
    duplicates: reading.duplicates,
  };
}

function itemsIn(
  root: XmlElement,
  path: readonly string[],
  local: string,
  reading: Reading,
): ReadonlyMap<string, XmlElement> {
  const { namespace } = reading.format;
  let container: XmlElement | undefined = root;
  for (const step of path) container = container && childOf(container, namespace, step);
  const items = new Map<string, XmlElement>();
  for (const xml of container ? childrenOf(container, namespace, local) : []) {
    const id = reading.modelId(xml, local);
    if (id !== undefined) items.set(id, xml);
  }
  return items;
}

function readElement(xml: XmlElement, id: string, reading: Reading): Element {
  const type = readType(xml, id, (name) => CONCEPTS.has(name), reading);
  return { id, type, ...readCommon(xml, id, reading), ...withFields(readOwnProperties(xml, id, reading)) };
}

function readType(xml: XmlElement, id: string, isKnown: (type: string) => boolean, reading: Reading): string {
  const type = typeOf(xml) ?? "";
  if (!isKnown(type))
    reading.warn(
      xml,
      "UNKNOWN_TYPE",
      `The ${xml.local} ${id} has the type "${type}", which ArchiMate does not have.`,
      id,
    );
  return type;
}

const readCommon = (xml: XmlElement, id: string, { format }: Reading) => ({
  name: readText(xml, "name", format) ?? "",
  documentation: readText(xml, "documentation", format) ?? "",
});

function readOwnProperties(xml: XmlElement, id: string, reading: Reading) {
  for (const property of propertiesOf(xml, reading.format)) {
    const ref = attributeOf(property, "propertyDefinitionRef");
    if (ref === undefined || !reading.definitions.has(ref))
      reading.dangling(
        property,
        ref === undefined
          ? `A property of ${id} names no definition.`
          : `A property of ${id} has the definition ${ref}, which is not there.`,
        id,
      );
  }
  return readProperties(xml, reading.format, reading.definitions);
}

/** Relationships of which both ends are there; ends may be relationships in turn. */
function readRelations(
  found: ReadonlyMap<string, XmlElement>,
  elements: ReadonlyMap<string, Element>,
  reading: Reading,
): ReadonlyMap<string, Relation> {
  const gone = new Set<string>();
  const dependants = new Map<string, string[]>();
  const isThere = (end: string): boolean => elements.has(end) || (found.has(end) && !gone.has(end));
  const drop = (id: string, xml: XmlElement, end: string): void => {
    gone.add(id);
    reading.dangling(
      xml,
      `The relationship ${id} has an end, ${end}, that is not there. It is not shown.`,
      id,
    );
  };
  for (const [id, xml] of found)
    for (const end of endsOf(xml)) {
      if (!isThere(end) && !gone.has(id)) drop(id, xml, end);
      if (found.has(end)) dependants.set(end, [...(dependants.get(end) ?? []), id]);
    }
  const open = [...gone];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const other of dependants.get(id) ?? []) {
      const xml = found.get(other);
      if (gone.has(other) || !xml) continue;
      drop(other, xml, id);
      open.push(other);
    }
  const kept = [...found].filter(([id]) => !gone.has(id));
  return new Map(kept.map(([id, xml]) => [id, readRelation(xml, id, reading)]));
}

const endsOf = (xml: XmlElement): string[] => [
  attributeOf(xml, "source") ?? "",
  attributeOf(xml, "target") ?? "",
];

function readRelation(xml: XmlElement, id: string, reading: Reading): Relation {
  const [source = "", target = ""] = endsOf(xml);
  return {
    id,
    type: readType(xml, id, isRelationship, reading),
    source,
    target,
    ...readCommon(xml, id, reading),
    properties: readOwnProperties(xml, id, reading),
  };
}

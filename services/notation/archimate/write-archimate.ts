import type { Element, Graph, Relation } from "../graph.ts";
import { makeAttribute, makeElement, makeText } from "../xml/make-xml.ts";
import { childOf, elementsOf } from "../xml/query-xml.ts";
import { writeXml } from "../xml/write-xml.ts";
import type { XmlDocument, XmlElement } from "../xml/xml-tree.ts";
import { isJunction } from "./concepts.ts";
import {
  setAttribute,
  withChild,
  withItems,
  withoutChildren,
  withoutEmptied,
  withReplaced,
  type Place,
} from "./edit-children.ts";
import { EXCHANGE, newElement, XSI, xsiType, type Parent } from "./exchange-format.ts";
import { withoutFields } from "./properties.ts";
import { DefinitionsInUse } from "./property-definitions.ts";
import { readDocument, type ArchimateSource } from "./read-archimate.ts";
import { newText, readText, setText } from "./texts.ts";
import { asVersion2 } from "./version-2.ts";
import { writeOrganizations } from "./write-organizations.ts";
import { writeView } from "./write-view.ts";
import { BLANK, setType, writeCommon, type Writing } from "./writing.ts";

/** The file of a graph: that of the source with what has changed, or a new one. */
export function writeArchimate(graph: Graph, source: ArchimateSource = emptySource(graph)): Uint8Array {
  const document = writeDocument(graph, source);
  return writeXml(source.version2 ? asVersion2(document, source.version2) : document);
}

function writeDocument(graph: Graph, source: ArchimateSource): XmlDocument {
  if (graph === source.graph) return source.document;
  const { format, document, graph: was } = source;
  const ids = new Set([...idsOf(graph), ...idsOf(was)]);
  const writing: Writing = {
    format,
    definitions: new DefinitionsInUse(source.definitions, ids),
    gone: duplicatesOfGone(source, graph),
  };
  let root = writeModel(document.root, was, graph, writing);
  root = withSection(root, ["elements"], source.elements, writeElements(graph, source, writing), writing);
  root = withSection(
    root,
    ["relationships"],
    source.relations,
    writeRelations(graph, source, writing),
    writing,
  );
  root = withSection(root, format.viewsPath, viewsOf(source), writeViews(graph, source, writing), writing);
  root = writeOrganizations(root, was, graph, format);
  root = withMadeDefinitions(root, writing);
  return root === document.root ? document : { ...document, root: withInstanceNamespace(root, writing) };
}

function* idsOf({ elements, relations, views }: Graph): Generator<string> {
  yield* elements.keys();
  yield* relations.keys();
  for (const view of views.values()) {
    yield view.id;
    yield* view.nodes.keys();
    yield* view.connections.keys();
  }
}

/** What has the id of something that is gone, or that may come after it now, and would be taken for it. */
function duplicatesOfGone({ duplicates, graph: was }: ArchimateSource, now: Graph): ReadonlySet<XmlElement> {
  if (duplicates.size === 0) return new Set();
  const [before, after] = [new Set(idsOf(was)), new Set(idsOf(now))];
  const order = [...after].filter((id) => before.has(id));
  const isMoved = [...before].filter((id) => after.has(id)).some((id, i) => id !== order[i]);
  const isGone = (id: string): boolean =>
    isMoved ||
    (before.has(id) && !after.has(id)) ||
    [...now.views].some(([view]) => placeOf(was, view, id) !== placeOf(now, view, id));
  return new Set([...duplicates].flatMap(([id, others]) => (isGone(id) ? others : [])));
}

/** Where a box or line is in a view. */
function placeOf({ views }: Graph, viewId: string, id: string): string {
  const view = views.get(viewId);
  const node = view?.nodes.get(id);
  return node ? `in ${node.parent ?? "the view"}` : String(view?.connections.has(id));
}

const viewsOf = ({ views }: ArchimateSource): ReadonlyMap<string, XmlElement> =>
  new Map([...views].map(([id, { xml }]) => [id, xml]));

function writeModel(root: XmlElement, was: Graph, now: Graph, writing: Writing): XmlElement {
  // The schema wants an identifier.
  const identified = was.id === now.id || now.id === "" ? root : setAttribute(root, "identifier", now.id);
  return writeCommon(identified, was, now, writing, { parent: "model", depth: 0, named: true });
}

/** A container of the model with these items: made when it is missing, gone when it would be empty. */
function withSection(
  parent: XmlElement,
  [local = "", ...inner]: readonly string[],
  itemsNow: ReadonlyMap<string, XmlElement>,
  wanted: ReadonlyMap<string, XmlElement>,
  writing: Writing,
  place: Place = { format: writing.format, parent: "model", depth: 0 },
): XmlElement {
  const { format, gone } = writing;
  const there = childOf(parent, format.namespace, local);
  if (!there && wanted.size === 0) return parent;
  const container = there ? withoutChildren(there, gone) : newElement(format, local);
  const inside: Place = { format, parent: SECTIONS[local] ?? "model", depth: place.depth + 1 };
  const edited =
    inner.length === 0
      ? withItems(container, itemsNow, wanted, inside)
      : withSection(container, inner, itemsNow, wanted, writing, inside);
  if (!there) return withChild(parent, edited, place);
  if (edited !== there && elementsOf(edited).length === 0) return withoutEmptied(parent, there, edited);
  return withReplaced(parent, new Map([[there, edited]]));
}

const SECTIONS: Readonly<Record<string, Parent>> = { views: "views" };

function writeElements(
  graph: Graph,
  source: ArchimateSource,
  writing: Writing,
): ReadonlyMap<string, XmlElement> {
  const written = [...graph.elements].map(([id, now]) => {
    const was = source.graph.elements.get(id);
    return [id, writeElement(source.elements.get(id), was, now, writing)] as const;
  });
  return new Map(written);
}

const CONCEPT = { parent: "concept", depth: 2 } as const;

function writeElement(
  there: XmlElement | undefined,
  was: Element | undefined,
  now: Element,
  writing: Writing,
): XmlElement {
  if (there && was === now) return there;
  const { format } = writing;
  const named = !isJunction(now.type);
  const before = there && was ? { ...was, properties: withoutFields(was) } : { ...BLANK, type: now.type };
  let xml = there ?? newElement(format, "element", { identifier: now.id, "xsi:type": now.type || undefined });
  if (before.type !== now.type) xml = setType(xml, now.type, format);
  // The schema wants a name, even an empty one, of everything but junctions.
  if (named && !(there && before.type === now.type) && readText(xml, "name", format) === undefined)
    xml = setText(xml, "name", "", { format, ...CONCEPT });
  return writeCommon(xml, before, { ...now, properties: withoutFields(now) }, writing, { ...CONCEPT, named });
}

function writeRelations(
  graph: Graph,
  source: ArchimateSource,
  writing: Writing,
): ReadonlyMap<string, XmlElement> {
  const written = [...graph.relations].map(([id, now]) => {
    const was = source.graph.relations.get(id);
    return [id, writeRelation(source.relations.get(id), was, now, writing)] as const;
  });
  return new Map(written);
}

function writeRelation(
  there: XmlElement | undefined,
  was: Relation | undefined,
  now: Relation,
  writing: Writing,
): XmlElement {
  if (there && was === now) return there;
  const { format } = writing;
  const place = { ...CONCEPT, named: false };
  if (!there || !was) {
    const { id: identifier, source, target, type } = now;
    const attributes = { identifier, source, target, "xsi:type": type || undefined };
    return writeCommon(newElement(format, "relationship", attributes), BLANK, now, writing, place);
  }
  let xml = there;
  if (was.type !== now.type) xml = setType(xml, now.type, format);
  if (was.source !== now.source) xml = setAttribute(xml, "source", now.source);
  if (was.target !== now.target) xml = setAttribute(xml, "target", now.target);
  return writeCommon(xml, was, now, writing, place);
}

function writeViews(
  graph: Graph,
  source: ArchimateSource,
  writing: Writing,
): ReadonlyMap<string, XmlElement> {
  const written = [...graph.views].map(([id, now]) => {
    const was = source.graph.views.get(id);
    return [id, writeView(was, source.views.get(id), now, writing)] as const;
  });
  return new Map(written);
}

function withMadeDefinitions(root: XmlElement, { format, definitions }: Writing): XmlElement {
  if (definitions.made.length === 0) return root;
  const place: Place = { format, parent: "model", depth: 0 };
  const made = definitions.made.map(({ id, type, name }) =>
    newElement(format, "propertyDefinition", { identifier: id, type }, [newText(format, "name", name)]),
  );
  const there = childOf(root, format.namespace, "propertyDefinitions");
  if (!there) return withChild(root, newElement(format, "propertyDefinitions", {}, made), place);
  const inside: Place = { ...place, depth: 1 };
  const edited = made.reduce((container, definition) => withChild(container, definition, inside), there);
  return withReplaced(root, new Map([[there, edited]]));
}

/** Types are told by xsi:type, whose prefix has to be declared. */
function withInstanceNamespace(root: XmlElement, { format }: Writing): XmlElement {
  if (root.attributes.some(({ name, value }) => name.startsWith("xmlns:") && value === XSI)) return root;
  return setAttribute(root, `xmlns:${format.xsi.slice(0, -1)}`, XSI);
}

const SCHEMA = `${EXCHANGE} http://www.opengroup.org/xsd/archimate/3.1/archimate3_Diagram.xsd`;

/** A file without anything in it. */
function emptySource({ id }: Graph): ArchimateSource {
  const name = makeElement({ name: "name", namespace: EXCHANGE });
  const root = makeElement({
    name: "model",
    namespace: EXCHANGE,
    attributes: [
      makeAttribute("xmlns", EXCHANGE),
      makeAttribute("xmlns:xsi", XSI),
      { ...xsiType({ xsi: "xsi:" }), name: "xsi:schemaLocation", local: "schemaLocation", value: SCHEMA },
      makeAttribute("identifier", id || "model"),
    ],
    children: [makeText("\n  "), name, makeText("\n")],
  });
  return readDocument({ prolog: [], root, epilog: [] });
}

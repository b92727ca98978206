import { makeAttribute } from "../xml/make-xml.ts";
import { attributeOf, textOf } from "../xml/query-xml.ts";
import type { XmlAttribute, XmlDocument, XmlElement, XmlNode } from "../xml/xml-tree.ts";
import { isRelationship } from "./concepts.ts";
import { EXCHANGE_2, XSI } from "./exchange-format.ts";

/** Elements that have another name in version 2.1, by their name there; labels are told apart by their parent. */
const ELEMENTS: Readonly<Record<string, string>> = {
  organization: "organizations",
  propertydefs: "propertyDefinitions",
  propertydef: "propertyDefinition",
};
const NAMED = new Set(["element", "relationship", "view"]);
const REFERENCES: Readonly<Record<string, string>> = {
  elementref: "elementRef",
  relationshipref: "relationshipRef",
};

/** Types that have another name in version 2.1. */
const TYPES: Readonly<Record<string, string>> = {
  UsedByRelationship: "Serving",
  RealisationRelationship: "Realization",
  SpecialisationRelationship: "Specialization",
  InfrastructureService: "TechnologyService",
  InfrastructureFunction: "TechnologyFunction",
  InfrastructureInterface: "TechnologyInterface",
  Junction: "AndJunction",
  Network: "CommunicationNetwork",
  CommunicationPath: "Path",
};

const reversed = (names: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(names).map(([a, b]) => [b, a]));
const ELEMENTS_BACK = reversed(ELEMENTS);
const REFERENCES_BACK = reversed(REFERENCES);
const TYPES_BACK = reversed(TYPES);
const own = (names: Readonly<Record<string, string>>, name: string): string =>
  Object.hasOwn(names, name) ? (names[name] ?? name) : name;

const typeNow = (type: string): string =>
  own(TYPES, type.replace(/^(?!UsedBy|Realisation|Specialisation)(.+)Relationship$/, "$1"));
const typeThen = (type: string): string => {
  const then = own(TYPES_BACK, type);
  return then === type && isRelationship(type) ? `${type}Relationship` : then;
};

/** A file of version 2.1: the tree that stands for it, named as in version 3, and what each element of that was. */
export interface Version2 {
  readonly document: XmlDocument;
  readonly originals: ReadonlyMap<XmlElement, XmlElement>;
}

/** The tree with the names of version 3. Nothing is lost: `asVersion2` gives the very same back. */
export function asVersion3(
  document: XmlDocument,
): XmlDocument & { readonly originals: Version2["originals"] } {
  const originals = new Map<XmlElement, XmlElement>();
  const renamed = (element: XmlElement, parent: string): XmlElement => {
    const isOurs = element.namespace === EXCHANGE_2;
    const local = !isOurs
      ? element.local
      : element.local === "label" && NAMED.has(parent)
        ? "name"
        : own(ELEMENTS, element.local);
    const children = element.children.map((child) =>
      child.kind === "element" ? renamed(child, element.local) : child,
    );
    const attributes = isOurs ? attributesNow(element) : element.attributes;
    const made = { ...withLocal(element, local), attributes, children };
    originals.set(made, element);
    return made;
  };
  return { ...document, root: renamed(document.root, ""), originals };
}

const withLocal = (element: XmlElement, local: string): XmlElement =>
  local === element.local
    ? element
    : { ...element, local, name: element.name.slice(0, element.name.length - element.local.length) + local };

function attributesNow(element: XmlElement): readonly XmlAttribute[] {
  const attributes = element.attributes.flatMap((attribute): XmlAttribute[] => {
    const { namespace, local, value } = attribute;
    if (namespace === XSI && local === "type") return [{ ...attribute, value: typeNow(value) }];
    if (local === "identifierref")
      return [makeAttribute(element.local === "property" ? "propertyDefinitionRef" : "identifierRef", value)];
    if (element.local === "node" && local === "type" && namespace === "" && value === "group") return [];
    return [Object.hasOwn(REFERENCES, local) ? makeAttribute(own(REFERENCES, local), value) : attribute];
  });
  const type = shapeType(element);
  if (type === undefined || attributeOf(element, "type", XSI) !== undefined) return attributes;
  return [...attributes, { name: "xsi:type", namespace: XSI, local: "type", value: type }];
}

/** What version 3 says of a box or line by its type. */
function shapeType(element: XmlElement): string | undefined {
  if (element.local === "connection")
    return attributeOf(element, "relationshipref") === undefined ? "Line" : "Relationship";
  if (element.local !== "node") return undefined;
  if (attributeOf(element, "elementref") !== undefined) return "Element";
  return attributeOf(element, "type") === "group" ? "Container" : "Label";
}

/** The file of a tree with the names of version 3: what has not changed since it was read is what it was. */
export function asVersion2(document: XmlDocument, { document: then, originals }: Version2): XmlDocument {
  const renamed = (element: XmlElement, parent: string): XmlElement => {
    const original = originals.get(element);
    if (original) return original;
    if (element.namespace !== EXCHANGE_2) return element;
    const local = element.local === "name" && NAMED.has(parent) ? "label" : own(ELEMENTS_BACK, element.local);
    const made = { ...withLocal(element, local), attributes: attributesThen(element) };
    if (local === "propertydef") return asPropertyDefinition(made);
    return { ...made, children: element.children.map((child) => back(child, element.local)) };
  };
  const back = (node: XmlNode, parent: string): XmlNode =>
    node.kind === "element" ? renamed(node, parent) : node;
  const root = renamed(document.root, "");
  return root === then.root ? then : { ...document, root };
}

function attributesThen(element: XmlElement): readonly XmlAttribute[] {
  const isShape = element.local === "node" || element.local === "connection";
  return element.attributes.flatMap((attribute): XmlAttribute[] => {
    const { namespace, local, value } = attribute;
    if (namespace === XSI && local === "type" && isShape)
      return value === "Container" ? [makeAttribute("type", "group")] : [];
    if (namespace === XSI && local === "type") return [{ ...attribute, value: typeThen(value) }];
    if (local === "propertyDefinitionRef" || local === "identifierRef")
      return [makeAttribute("identifierref", value)];
    return [
      Object.hasOwn(REFERENCES_BACK, local) ? makeAttribute(own(REFERENCES_BACK, local), value) : attribute,
    ];
  });
}

/** Its name is an attribute. */
function asPropertyDefinition(element: XmlElement): XmlElement {
  const name = element.children.find((child) => child.kind === "element" && child.local === "name");
  if (name?.kind !== "element") return element;
  const [identifier, ...rest] = element.attributes;
  const named = makeAttribute("name", textOf(name));
  return { ...element, attributes: [...(identifier ? [identifier] : []), named, ...rest], children: [] };
}

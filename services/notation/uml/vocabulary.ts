import type { Graph } from "../graph.ts";
import type { ElementType, RelationType, Vocabulary } from "../notation.ts";

const CLASSIFIER = { width: 160, height: 100 };

const ELEMENT_TYPES: readonly ElementType[] = [
  {
    name: "package",
    label: "Package",
    group: "package",
    size: { width: 240, height: 160 },
    aliases: ["namespace"],
  },
  { name: "class", label: "Class", group: "classifier", size: CLASSIFIER },
  { name: "interface", label: "Interface", group: "classifier", size: CLASSIFIER },
  { name: "enumeration", label: "Enumeration", group: "classifier", size: CLASSIFIER, aliases: ["enum"] },
  { name: "dataType", label: "Data type", group: "classifier", size: CLASSIFIER, aliases: ["struct"] },
  {
    name: "primitiveType",
    label: "Primitive type",
    group: "classifier",
    size: { width: 120, height: 60 },
    aliases: ["primitive"],
  },
  { name: "component", label: "Component", group: "component", size: { width: 180, height: 100 } },
  { name: "port", label: "Port", group: "component", size: { width: 14, height: 14 } },
  { name: "attribute", label: "Attribute", group: "feature", aliases: ["property", "field"] },
  { name: "operation", label: "Operation", group: "feature", aliases: ["method"] },
  { name: "parameter", label: "Parameter", group: "feature", aliases: ["argument"] },
  { name: "enumerationLiteral", label: "Literal", group: "feature", aliases: ["literal", "enumliteral"] },
  {
    name: "comment",
    label: "Comment",
    group: "comment",
    size: { width: 140, height: 60 },
    aliases: ["note"],
  },
];

const RELATION_TYPES: readonly RelationType[] = [
  { name: "association", label: "Association", aliases: ["associationrelation"] },
  { name: "generalization", label: "Generalization", aliases: ["inheritance", "extends", "specialization"] },
  {
    name: "realization",
    label: "Realization",
    aliases: ["interfacerealization", "implements", "implementation", "provides"],
  },
  { name: "dependency", label: "Dependency", aliases: ["dependson"] },
  { name: "usage", label: "Usage", aliases: ["uses", "use", "requires"] },
  { name: "connector", label: "Connector", aliases: ["assembly", "delegation", "assemblyconnector"] },
  { name: "anchor", label: "Anchor of a comment", aliases: ["commentlink", "notelink"] },
];

export const CLASSIFIERS: ReadonlySet<string> = new Set([
  "class",
  "interface",
  "enumeration",
  "dataType",
  "primitiveType",
  "component",
]);

const MEMBERS_OF = ["class", "interface", "dataType", "primitiveType", "component"];
const NAMESPACES = ["package", "class", "component"];

/** What may contain what; "" is the model itself. */
export const CONTAINERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["package", ["", "package"]],
  ["class", ["", ...NAMESPACES]],
  ["interface", ["", ...NAMESPACES]],
  ["enumeration", ["", ...NAMESPACES]],
  ["dataType", ["", ...NAMESPACES]],
  ["primitiveType", ["", ...NAMESPACES]],
  ["component", ["", "package", "component"]],
  ["port", ["component"]],
  ["attribute", MEMBERS_OF],
  ["operation", MEMBERS_OF],
  ["parameter", ["operation"]],
  ["enumerationLiteral", ["enumeration"]],
  ["comment", ["", ...CLASSIFIERS, "package"]],
]);

/** Shown inside of the box of what contains them, never as boxes of their own. */
export const FEATURES: ReadonlySet<string> = new Set([
  "attribute",
  "operation",
  "parameter",
  "enumerationLiteral",
]);

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^uml:+/, "")
    .replaceAll(/[^a-z]/g, "");

function byPlainName<T extends ElementType | RelationType>(types: readonly T[]): ReadonlyMap<string, T> {
  return new Map(
    types.flatMap((type) => [type.name, ...(type.aliases ?? [])].map((name) => [plain(name), type])),
  );
}

const ELEMENT_OF = byPlainName(ELEMENT_TYPES);
const RELATION_OF = byPlainName(RELATION_TYPES);

export const umlVocabulary: Vocabulary = {
  elements: new Map(ELEMENT_TYPES.map((type) => [type.name, type])),
  relations: new Map(RELATION_TYPES.map((type) => [type.name, type])),
  elementType: (name) => ELEMENT_OF.get(plain(name)),
  relationType: (name) => RELATION_OF.get(plain(name)),
  usualRelation,
  usualParent,
  // A relation belongs to the model; packages hold classifiers only.
  relationParent: () => undefined,
  reference: (_ownerType, property) => (property === "valueType" ? "mentions" : undefined),
  groups: () => ({ by: "parent" }),
};

function usualRelation(graph: Graph, sourceId: string, targetId: string): string | undefined {
  const [source, target] = [graph.elements.get(sourceId)?.type, graph.elements.get(targetId)?.type];
  if (source === undefined || target === undefined) return undefined;
  if (source === "comment" || target === "comment") return "anchor";
  if (source === "port" || target === "port")
    return isWired(source) && isWired(target) ? "connector" : undefined;
  if (FEATURES.has(source) || FEATURES.has(target)) return undefined;
  if (source === "package" || target === "package") return "dependency";
  if (target === "interface") return source === "interface" ? "generalization" : "realization";
  if (source === "component" && target === "component") return "usage";
  return source === "component" || target === "component" ? "dependency" : "association";
}

const isWired = (type: string): boolean => type === "port" || type === "component" || type === "interface";

/** Beside or inside of `nearId`, or the only element that can contain it. */
function usualParent(graph: Graph, type: string, nearId?: string): string | undefined {
  const allowed = CONTAINERS.get(type);
  if (!allowed) return undefined;
  const fits = (id: string | undefined) => allowed.includes(graph.elements.get(id ?? "")?.type ?? "-");
  const seen = new Set<string>();
  for (let id = nearId; id !== undefined && !seen.has(id); id = graph.elements.get(id)?.parent) {
    seen.add(id);
    if (fits(id) && (id !== nearId || FEATURES.has(type) || type === "port")) return id;
  }
  if (allowed.includes("")) return undefined;
  const all = [...graph.elements.keys()].filter(fits);
  return all.length === 1 ? all[0] : undefined;
}

import type { Graph, Properties } from "../graph.ts";
import { childrenIn } from "../model-index.ts";
import type { ElementType, RelationType, Vocabulary } from "../notation.ts";
import { isReference } from "./references.ts";
import { TABLE_PARTS, wayInto } from "./item-types.ts";

const ELEMENTS: readonly ElementType[] = [
  { name: "decision", label: "Decision", group: "decision", size: { width: 180, height: 80 } },
  {
    name: "inputData",
    label: "Input data",
    group: "input",
    size: { width: 125, height: 45 },
    aliases: ["input data"],
  },
  {
    name: "businessKnowledgeModel",
    label: "Business knowledge model",
    group: "knowledge",
    size: { width: 135, height: 46 },
    aliases: ["bkm", "knowledgemodel", "function"],
  },
  {
    name: "knowledgeSource",
    label: "Knowledge source",
    group: "knowledge",
    size: { width: 100, height: 63 },
    aliases: ["authority"],
  },
  {
    name: "decisionService",
    label: "Decision service",
    group: "decision",
    size: { width: 400, height: 300 },
    aliases: ["service"],
  },
  { name: "itemDefinition", label: "Type", group: "type", aliases: ["type", "datatype"] },
  { name: "itemComponent", label: "Component of a type", group: "type", aliases: ["typecomponent"] },
  {
    name: "input",
    label: "Input column",
    group: "table",
    aliases: ["inputclause", "inputcolumn", "condition"],
  },
  { name: "output", label: "Output column", group: "table", aliases: ["outputclause", "outputcolumn"] },
  { name: "rule", label: "Rule", group: "table", aliases: ["decisionrule", "row"] },
  {
    name: "textAnnotation",
    label: "Text annotation",
    group: "artifact",
    size: { width: 100, height: 60 },
    aliases: ["annotation", "note", "comment"],
  },
  { name: "group", label: "Group", group: "artifact", size: { width: 300, height: 200 } },
  { name: "elementCollection", label: "Collection", group: "artifact" },
  { name: "performanceIndicator", label: "Performance indicator", group: "context", aliases: ["kpi"] },
  {
    name: "organizationUnit",
    label: "Organization unit",
    group: "context",
    aliases: ["organisationunit", "organisationalunit"],
  },
  { name: "import", label: "Import", group: "context" },
];

const RELATIONS: readonly RelationType[] = [
  {
    name: "informationRequirement",
    label: "Information requirement",
    aliases: ["requirement", "information", "requires"],
  },
  { name: "knowledgeRequirement", label: "Knowledge requirement", aliases: ["knowledge", "invokes"] },
  { name: "authorityRequirement", label: "Authority requirement", aliases: ["authority"] },
  { name: "association", label: "Association" },
];

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^dmn:+/, "")
    .replaceAll(/[^a-z]/g, "");

function byPlainName<T extends ElementType | RelationType>(types: readonly T[]): ReadonlyMap<string, T> {
  return new Map(
    types.flatMap((type) => [type.name, ...(type.aliases ?? [])].map((name) => [plain(name), type])),
  );
}

const ELEMENT_OF = byPlainName(ELEMENTS);
const RELATION_OF = byPlainName(RELATIONS);

export const dmnVocabulary: Vocabulary = {
  elements: new Map(ELEMENTS.map((type) => [type.name, type])),
  relations: new Map(RELATIONS.map((type) => [type.name, type])),
  elementType: (name) => ELEMENT_OF.get(plain(name)),
  relationType: (name) => RELATION_OF.get(plain(name)),
  usualRelation,
  usualParent,
  usualProperties,
  // A requirement belongs to what requires it, which is its target.
  relationParent: () => undefined,
  reference: (ownerType, property) => (isReference(ownerType, property) ? "mentions" : undefined),
  groups: (type) => ({ by: type === "group" || type === "decisionService" ? "drawing" : "parent" }),
};

/** What may be required by what. */
interface RequirementEnds {
  readonly targets: readonly string[];
  readonly sources: (target: string) => readonly string[];
}

export const REQUIREMENT_ENDS: ReadonlyMap<string, RequirementEnds> = new Map<string, RequirementEnds>([
  ["informationRequirement", { targets: ["decision"], sources: () => ["decision", "inputData"] }],
  [
    "knowledgeRequirement",
    {
      targets: ["decision", "businessKnowledgeModel"],
      sources: () => ["businessKnowledgeModel", "decisionService"],
    },
  ],
  [
    "authorityRequirement",
    {
      targets: ["decision", "businessKnowledgeModel", "knowledgeSource"],
      sources: (target) =>
        target === "knowledgeSource" ? ["decision", "inputData", "knowledgeSource"] : ["knowledgeSource"],
    },
  ],
]);

function usualRelation(graph: Graph, sourceId: string, targetId: string): string | undefined {
  const [source, target] = [graph.elements.get(sourceId)?.type, graph.elements.get(targetId)?.type];
  if (source === undefined || target === undefined) return undefined;
  for (const [type, { targets, sources }] of REQUIREMENT_ENDS)
    if (targets.includes(target) && sources(target).includes(source)) return type;
  return source === "textAnnotation" || target === "textAnnotation" ? "association" : undefined;
}

/** What is near, what contains that, or the only element that can contain it. */
function usualParent(graph: Graph, type: string, nearId?: string): string | undefined {
  const fits = (id: string | undefined): id is string =>
    wayInto(graph.elements.get(id ?? "")?.type ?? "", type) !== undefined;
  const container = graph.elements.get(nearId ?? "")?.parent;
  if (fits(nearId)) return nearId;
  if (fits(container)) return container;
  const all = [...graph.elements.keys()].filter(fits);
  const tables = all.filter((id) => childrenIn(graph, id).some((child) => TABLE_PARTS.has(child.type)));
  if (TABLE_PARTS.has(type) && tables.length === 1) return tables[0];
  return all.length === 1 ? all[0] : undefined;
}

/** A new rule has an entry for each column: any input, no output yet. */
function usualProperties(graph: Graph, type: string, nearId?: string): Properties {
  const parent = type === "rule" ? usualParent(graph, type, nearId) : undefined;
  if (parent === undefined) return {};
  const columns = (of: string) => childrenIn(graph, parent).filter((child) => child.type === of).length;
  const [inputs, outputs] = [columns("input"), columns("output")];
  return {
    ...(inputs > 0 && { inputEntries: Array.from({ length: inputs }, () => "-") }),
    ...(outputs > 0 && { outputEntries: Array.from({ length: outputs }, () => "") }),
  };
}

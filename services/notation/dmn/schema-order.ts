import type { XmlElement } from "../xml/xml-tree.ts";

/** Kinds of expression, with those that came with DMN 1.4. */
export const EXPRESSIONS = [
  "literalExpression",
  "decisionTable",
  "invocation",
  "context",
  "functionDefinition",
  "relation",
  "list",
  "conditional",
  "for",
  "every",
  "some",
  "filter",
];
export const REQUIREMENTS = ["informationRequirement", "knowledgeRequirement", "authorityRequirement"];
export const DRG_ELEMENTS = [
  "decision",
  "businessKnowledgeModel",
  "inputData",
  "knowledgeSource",
  "decisionService",
];
const ARTIFACTS = ["textAnnotation", "group", "association"];
const CONTEXT = ["performanceIndicator", "organizationUnit"];

const EVERY = ["description", "extensionElements"];
const ANY_EXPRESSION = [EXPRESSIONS];

type Order = readonly (string | readonly string[])[];

/** The children of an element in the order of the schema; those in a list of their own may be mixed. */
const ORDERS: Readonly<Record<string, Order>> = {
  definitions: ["import", "itemDefinition", DRG_ELEMENTS, ARTIFACTS, "elementCollection", CONTEXT, "DMNDI"],
  decision: [
    "question",
    "allowedAnswers",
    "variable",
    ...REQUIREMENTS,
    "supportedObjective",
    "impactedPerformanceIndicator",
    "decisionMaker",
    "decisionOwner",
    "usingProcess",
    "usingTask",
    ...ANY_EXPRESSION,
  ],
  businessKnowledgeModel: ["variable", "encapsulatedLogic", "knowledgeRequirement", "authorityRequirement"],
  inputData: ["variable"],
  knowledgeSource: ["authorityRequirement", "type", "owner"],
  decisionService: ["variable", "outputDecision", "encapsulatedDecision", "inputDecision", "inputData"],
  itemDefinition: ["typeRef", "allowedValues", "typeConstraint", "itemComponent", "functionItem"],
  itemComponent: ["typeRef", "allowedValues", "typeConstraint", "itemComponent", "functionItem"],
  decisionTable: ["input", "output", "annotation", "rule"],
  input: ["inputExpression", "inputValues"],
  output: ["outputValues", "defaultOutputEntry"],
  rule: ["inputEntry", "outputEntry", "annotationEntry"],
  literalExpression: ["text", "importedValues"],
  encapsulatedLogic: ["formalParameter", ...ANY_EXPRESSION],
  elementCollection: ["drgElement"],
  performanceIndicator: ["impactingDecision"],
  organizationUnit: ["decisionMade", "decisionOwned"],
  textAnnotation: ["text"],
  association: ["sourceRef", "targetRef"],
  DMNDI: ["DMNDiagram", "DMNStyle"],
  DMNDiagram: ["extension", "DMNStyle", "Size", ["DMNShape", "DMNEdge"]],
  DMNShape: ["extension", "DMNStyle", "Bounds", "DMNLabel", "DMNDecisionServiceDividerLine"],
  DMNEdge: ["extension", "DMNStyle", "waypoint", "DMNLabel"],
  DMNLabel: ["extension", "DMNStyle", "Bounds", "Text"],
  DMNStyle: ["extension", "FillColor", "StrokeColor", "FontColor"],
};

const RANKS: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(
  Object.entries(ORDERS).map(([parent, order]) => [
    parent,
    new Map(
      [...EVERY, ...order].flatMap((slot, rank) => [slot].flat().map((local) => [local, rank] as const)),
    ),
  ]),
);

/** Of elements that have nothing of their own inside. */
const ANY_RANKS: ReadonlyMap<string, number> = new Map(EVERY.map((local, rank) => [local, rank]));

/** The place of a child in its parent's sequence; what the schema does not know comes last. */
export const rankOf = (parent: string, child: string): number =>
  (RANKS.get(parent) ?? ANY_RANKS).get(child) ?? Infinity;

export const rankIn =
  (parent: XmlElement) =>
  (child: XmlElement): number =>
    rankOf(parent.local, child.local);

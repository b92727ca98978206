import type { Element, Notation, Relation } from "../../notation/graph.ts";

/** Which end of a relation feels a change of the other one. */
export type Impact = "target" | "source" | "both";

/** What a projection has to know of a notation, beyond what its vocabulary says. */
export interface NotationFacts {
  /** Whether the relation says what comes after what, or what needs what. */
  flows(relation: Relation): boolean;
  /** Who feels it when the other end changes. */
  impact(relation: Relation): Impact;
  /** What the first look at a model can do without: annotations, members of classes, rows of tables. */
  isMinor(element: Element): boolean;
  /** Whether something is expected to lead to it, and away from it. */
  expects(element: Element): { incoming: boolean; outgoing: boolean };
  /** Whether one would wonder that nothing is connected with it. */
  shouldConnect(element: Element): boolean;
  /** Whether one would wonder that it has no name. */
  shouldHaveName(element: Element): boolean;
  /** How a choice among so many ways weighs each of them. */
  branchWeight(element: Element, ways: number): number;
  /** Elements that it names in its properties; those that are not `always` told only where the other one is shown. */
  refersTo(
    element: Element,
  ): readonly { readonly word: string; readonly id: string; readonly always: boolean }[];
  /** The relation type that goes without saying. */
  usualRelation: string | undefined;
}

const NOTHING = { incoming: false, outgoing: false };
const oneOf = (...names: string[]) => {
  const set = new Set(names);
  return (name: string) => set.has(name);
};

const BPMN_MINOR = oneOf(
  "textAnnotation",
  "group",
  "category",
  "categoryValue",
  "dataObject",
  "dataStore",
  "message",
  "signal",
  "error",
  "escalation",
  "itemDefinition",
  "resource",
);
const isBpmnFlowNode = (type: string) =>
  /(?:task|Task|Event|Gateway|[sS]ubProcess|Activity|transaction)$/.test(type);

function bpmnExpects({ type, properties }: Element): { incoming: boolean; outgoing: boolean } {
  if (!isBpmnFlowNode(type) || properties["triggeredByEvent"] === true) return NOTHING;
  if (properties["isForCompensation"] === true) return NOTHING;
  const definitions = JSON.stringify(properties["eventDefinitions"] ?? "").toLowerCase();
  const isLink = definitions.includes("link");
  return {
    incoming:
      type !== "startEvent" && type !== "boundaryEvent" && !(isLink && type === "intermediateCatchEvent"),
    outgoing:
      type !== "endEvent" &&
      !(isLink && type === "intermediateThrowEvent") &&
      !(type === "boundaryEvent" && definitions.includes("compensat")),
  };
}

const BPMN_REFERENCES = [
  { property: "attachedToRef", word: "on", always: true },
  { property: "calledElement", word: "calls", always: true },
  { property: "processRef", word: "of", always: false },
  { property: "lane", word: "lane", always: false },
] as const;

const bpmnReferences = ({ properties }: Element) =>
  BPMN_REFERENCES.flatMap(({ property, word, always }) => {
    const id = properties[property];
    return typeof id === "string" && id !== "" ? [{ word, id, always }] : [];
  });

const bpmn: NotationFacts = {
  flows: ({ type }) => type === "sequenceFlow",
  impact: ({ type }) => (type === "association" || type === "conversationLink" ? "both" : "target"),
  isMinor: ({ type }) => BPMN_MINOR(type),
  expects: bpmnExpects,
  shouldConnect: ({ type, properties }) => isBpmnFlowNode(type) && properties["triggeredByEvent"] !== true,
  shouldHaveName: ({ type }) =>
    /(?:task|Task|Activity|[sS]ubProcess)$/.test(type) || type === "participant" || type === "lane",
  branchWeight: ({ type }, ways) => (type === "parallelGateway" ? 1 : 1 / ways),
  refersTo: bpmnReferences,
  usualRelation: "sequenceFlow",
};

const ARCHIMATE_FLOWS = oneOf("Triggering", "Flow", "Serving", "Realization", "Assignment");
const ARCHIMATE_BACK = oneOf("Composition", "Aggregation", "Specialization");

function archimateImpact({ type, properties }: Relation): Impact {
  if (ARCHIMATE_BACK(type)) return "source";
  if (type === "Access") {
    // Who reads an object feels its change; who writes it changes it.
    const access = String(properties["accessType"] ?? "").toLowerCase();
    return access === "write" ? "target" : access === "readwrite" ? "both" : "source";
  }
  return type === "Association" ? "both" : "target";
}

const archimate: NotationFacts = {
  flows: ({ type }) => ARCHIMATE_FLOWS(type),
  impact: archimateImpact,
  isMinor: () => false,
  expects: () => NOTHING,
  shouldConnect: () => true,
  shouldHaveName: ({ type }) => !type.endsWith("Junction"),
  branchWeight: (_, ways) => 1 / ways,
  refersTo: () => [],
  usualRelation: undefined,
};

const UML_MINOR = oneOf("attribute", "operation", "parameter", "enumerationLiteral", "port", "comment");

const uml: NotationFacts = {
  // The line to a comment means nothing.
  flows: ({ type }) => type !== "anchor",
  impact: ({ type }) => (type === "association" || type === "connector" ? "both" : "source"),
  isMinor: ({ type }) => UML_MINOR(type),
  expects: () => NOTHING,
  shouldConnect: ({ type }) => type === "class" || type === "interface" || type === "component",
  shouldHaveName: ({ type }) => type !== "parameter",
  branchWeight: (_, ways) => 1 / ways,
  refersTo: () => [],
  usualRelation: undefined,
};

const isRequirement = (type: string) => type.endsWith("Requirement");
const DMN_DRAWN = oneOf(
  "decision",
  "inputData",
  "businessKnowledgeModel",
  "knowledgeSource",
  "decisionService",
);

const dmn: NotationFacts = {
  flows: ({ type }) => isRequirement(type),
  impact: ({ type }) => (isRequirement(type) ? "target" : "both"),
  isMinor: ({ type }) => !DMN_DRAWN(type),
  expects: () => NOTHING,
  shouldConnect: ({ type }) => type === "decision" || type === "inputData",
  shouldHaveName: ({ type }) => DMN_DRAWN(type),
  branchWeight: (_, ways) => 1 / ways,
  refersTo: () => [],
  usualRelation: "informationRequirement",
};

const FACTS: Record<Notation, NotationFacts> = { bpmn, archimate, uml, dmn };

export const factsOf = (notation: Notation): NotationFacts => FACTS[notation];

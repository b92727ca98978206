import type { ElementType, RelationType } from "../notation.ts";
import { itemKind } from "./item-types.ts";
import { isA, SCHEMA } from "./schema.ts";

/** Sizes as bpmn.io draws them. */
const SIZES: readonly (readonly [base: string, width: number, height: number])[] = [
  ["participant", 600, 250],
  ["lane", 600, 120],
  ["event", 36, 36],
  ["gateway", 50, 50],
  ["activity", 100, 80],
  ["choreographyActivity", 100, 80],
  ["dataObjectReference", 36, 50],
  ["dataStoreReference", 50, 50],
  ["dataInput", 36, 50],
  ["dataOutput", 36, 50],
  ["textAnnotation", 100, 30],
  ["group", 300, 300],
  ["conversationNode", 60, 52],
];

const GROUPS: readonly (readonly [base: string, group: string])[] = [
  ["subProcess", "subprocess"],
  ["activity", "task"],
  ["choreographyActivity", "choreography"],
  ["event", "event"],
  ["gateway", "gateway"],
  ["conversationNode", "conversation"],
  ["artifact", "artifact"],
  ["participant", "pool"],
  ["lane", "pool"],
  ["process", "container"],
  ["collaboration", "container"],
  ["dataStore", "data"],
  ["flowElement", "data"],
  ["dataInput", "data"],
  ["dataOutput", "data"],
  ["rootElement", "definition"],
];

const LABELS: Readonly<Record<string, string>> = {
  participant: "Pool",
  subProcess: "Subprocess",
  adHocSubProcess: "Ad-hoc subprocess",
  subChoreography: "Subchoreography",
  subConversation: "Subconversation",
  dataObjectReference: "Data object",
  dataObject: "Data object definition",
  dataStoreReference: "Data store",
  dataStore: "Data store definition",
  eventBasedGateway: "Event-based gateway",
};

/** What people say, in lower case without separators. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  task: ["activity", "step"],
  callActivity: ["call"],
  subProcess: ["subprocess", "expandedsubprocess", "collapsedsubprocess"],
  adHocSubProcess: ["adhocsubprocess", "adhoc"],
  startEvent: ["start"],
  endEvent: ["end"],
  intermediateThrowEvent: ["throwevent", "intermediateevent", "event"],
  intermediateCatchEvent: ["catchevent"],
  boundaryEvent: ["boundary", "attachedevent"],
  exclusiveGateway: ["gateway", "xor", "xorgateway", "decision", "exclusive"],
  parallelGateway: ["and", "andgateway", "parallel", "fork", "join"],
  inclusiveGateway: ["or", "orgateway", "inclusive"],
  eventBasedGateway: ["eventgateway"],
  participant: ["pool"],
  lane: ["swimlane"],
  dataObjectReference: ["dataobject", "data"],
  dataStoreReference: ["datastore", "database"],
  textAnnotation: ["annotation", "note", "comment"],
  businessRuleTask: ["ruletask"],
};

const RELATIONS: readonly RelationType[] = [
  { name: "sequenceFlow", label: "Sequence flow", aliases: ["flow", "sequence", "next"] },
  { name: "messageFlow", label: "Message flow", aliases: ["message", "messages"] },
  { name: "association", label: "Association", aliases: ["annotates"] },
  { name: "dataInputAssociation", label: "Data input", aliases: ["datainput", "reads"] },
  { name: "dataOutputAssociation", label: "Data output", aliases: ["dataoutput", "writes"] },
  { name: "conversationLink", label: "Conversation link", aliases: ["link"] },
];

/** Nobody draws them, or they need parts that the graph does not know. */
const NOT_MADE = new Set([
  "gateway",
  "implicitThrowEvent",
  "callableElement",
  "interface",
  "correlationProperty",
]);

export const ELEMENT_TYPES: ReadonlyMap<string, ElementType> = new Map(
  [...SCHEMA.values()]
    .filter(({ name, isAbstract }) => !isAbstract && isElement(name))
    .map(({ name }) => [name, elementType(name)]),
);

export const RELATION_TYPES: ReadonlyMap<string, RelationType> = new Map(
  RELATIONS.map((type) => [type.name, type]),
);

function isElement(name: string): boolean {
  if (NOT_MADE.has(name)) return false;
  const parent = name === "dataInput" || name === "dataOutput" ? "ioSpecification" : "definitions";
  return itemKind(name, parent) === "element";
}

function elementType(name: string): ElementType {
  const size = SIZES.find(([base]) => isA(name, base));
  return {
    name,
    label: LABELS[name] ?? labelOf(name),
    group: GROUPS.find(([base]) => isA(name, base))?.[1] ?? "definition",
    ...(size && { size: { width: size[1], height: size[2] } }),
    aliases: ALIASES[name] ?? [],
  };
}

function labelOf(name: string): string {
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

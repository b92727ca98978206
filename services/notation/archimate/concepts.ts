/** The part of the language that an element belongs to. */
export type Layer =
  | "motivation"
  | "strategy"
  | "business"
  | "application"
  | "technology"
  | "physical"
  | "implementation"
  | "other";

/** What an element is in a sentence: who or what acts, what is done, what it is done to, why. */
export type Aspect =
  /** Acts by itself: a role, a component, a node. */
  | "active"
  /** Where others reach something active. */
  | "interface"
  | "behavior"
  | "event"
  /** What behaviour offers to others. */
  | "service"
  | "passive"
  | "motivation"
  /** Holds others, of whatever kind. */
  | "composite"
  | "connector";

export interface Concept {
  readonly name: string;
  readonly label: string;
  readonly layer: Layer;
  readonly aspect: Aspect;
}

/** Names of each layer and aspect; the label is the name in words. */
const NAMES: readonly (readonly [Layer, Aspect, string])[] = [
  ["motivation", "active", "Stakeholder"],
  [
    "motivation",
    "motivation",
    "Driver Assessment Goal Outcome Principle Requirement Constraint Meaning Value",
  ],
  ["strategy", "active", "Resource"],
  ["strategy", "behavior", "Capability ValueStream CourseOfAction"],
  ["business", "active", "BusinessActor BusinessRole BusinessCollaboration"],
  ["business", "interface", "BusinessInterface"],
  ["business", "behavior", "BusinessProcess BusinessFunction BusinessInteraction"],
  ["business", "event", "BusinessEvent"],
  ["business", "service", "BusinessService"],
  ["business", "passive", "BusinessObject Contract Representation"],
  ["business", "composite", "Product"],
  ["application", "active", "ApplicationComponent ApplicationCollaboration"],
  ["application", "interface", "ApplicationInterface"],
  ["application", "behavior", "ApplicationFunction ApplicationInteraction ApplicationProcess"],
  ["application", "event", "ApplicationEvent"],
  ["application", "service", "ApplicationService"],
  ["application", "passive", "DataObject"],
  ["technology", "active", "Node Device SystemSoftware TechnologyCollaboration Path CommunicationNetwork"],
  ["technology", "interface", "TechnologyInterface"],
  ["technology", "behavior", "TechnologyFunction TechnologyProcess TechnologyInteraction"],
  ["technology", "event", "TechnologyEvent"],
  ["technology", "service", "TechnologyService"],
  ["technology", "passive", "Artifact"],
  ["physical", "active", "Equipment Facility DistributionNetwork"],
  ["physical", "passive", "Material"],
  ["implementation", "behavior", "WorkPackage"],
  ["implementation", "passive", "Deliverable Gap"],
  ["implementation", "event", "ImplementationEvent"],
  ["implementation", "composite", "Plateau"],
  ["other", "composite", "Grouping Location"],
  ["other", "connector", "AndJunction OrJunction"],
];

const inWords = (name: string): string => {
  const words = name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.replace(/^(And|Or) junction$/, (_, kind: string) => `Junction (${kind.toLowerCase()})`);
};

/** Every type of element that a file may name, by its name in the exchange format. */
export const CONCEPTS: ReadonlyMap<string, Concept> = new Map(
  NAMES.flatMap(([layer, aspect, names]) =>
    names.split(" ").map((name) => [name, { name, label: inWords(name), layer, aspect }] as const),
  ),
);

/** The eleven relationships, each with its letter in the published table. */
export const RELATIONSHIPS = {
  Composition: "c",
  Aggregation: "g",
  Assignment: "i",
  Realization: "r",
  Serving: "v",
  Access: "a",
  Influence: "n",
  Association: "o",
  Triggering: "t",
  Flow: "f",
  Specialization: "s",
} as const;

export type Relationship = keyof typeof RELATIONSHIPS;

export const isRelationship = (type: string): type is Relationship => Object.hasOwn(RELATIONSHIPS, type);

/** Some tools do not say of which kind a junction is. */
export const isJunction = (type: string): boolean =>
  type === "AndJunction" || type === "OrJunction" || type === "Junction";

import {
  CONCEPTS,
  isJunction,
  isRelationship,
  type Aspect,
  type Concept,
  type Layer,
  type Relationship,
} from "./concepts.ts";
import { mayRelate, relationshipsBetween } from "./relationship-table.ts";

/** What is meant as a rule by a line from one aspect to another; the first that the table allows is taken. */
const BY_ASPECT: Readonly<Partial<Record<`${Aspect} ${Aspect}`, readonly Relationship[]>>> = {
  "active active": ["Assignment", "Serving", "Realization"],
  "active interface": ["Composition", "Serving"],
  "active behavior": ["Assignment", "Serving"],
  "active event": ["Assignment", "Triggering"],
  "active service": ["Realization", "Assignment"],
  "active passive": ["Access", "Assignment"],
  "interface active": ["Serving"],
  "interface interface": ["Serving"],
  "interface behavior": ["Serving", "Assignment"],
  "interface service": ["Assignment"],
  "interface passive": ["Access"],
  "behavior active": ["Serving", "Realization"],
  "behavior behavior": ["Triggering", "Serving", "Realization"],
  "behavior event": ["Triggering"],
  "behavior service": ["Realization"],
  "behavior passive": ["Access", "Realization"],
  "event behavior": ["Triggering"],
  "event event": ["Triggering"],
  "event service": ["Triggering"],
  "event passive": ["Access"],
  "service active": ["Serving"],
  "service behavior": ["Serving"],
  "service service": ["Serving", "Realization"],
  "service passive": ["Access"],
  "passive active": ["Realization"],
  "passive behavior": ["Realization"],
  "passive passive": ["Realization"],
};

/** From the more concrete to the more abstract: what is lower serves or realizes what is higher. */
const HEIGHT: Readonly<Record<Layer, number>> = {
  physical: 0,
  technology: 0,
  application: 1,
  business: 2,
  strategy: 3,
  motivation: 4,
  implementation: 5,
  other: 6,
};

/** What a motivation element is reached by: what fulfils it, or what bears upon it. */
const FULFILLED = new Set(["Goal", "Outcome", "Principle", "Requirement", "Constraint", "Value"]);

/**
 * How two things are related when nobody says how: the most specific that makes sense and that the table allows;
 * undefined when nothing is allowed. `carried`: what the other relations of the junction at one of the ends are.
 */
export function usualRelationship(
  source: string,
  target: string,
  carried?: Relationship,
): Relationship | undefined {
  if (carried !== undefined && mayRelate(carried, source, target)) return carried;
  const allowed = relationshipsBetween(source, target);
  return preferred(source, target).find((type) => allowed.includes(type)) ?? allowed.at(-1);
}

function preferred(source: string, target: string): readonly Relationship[] {
  if (isRelationship(source) || isRelationship(target)) return ["Association"];
  if (isJunction(source)) return isJunction(target) ? ["Triggering"] : ["Triggering", "Flow", "Serving"];
  if (isJunction(target)) return ["Triggering", "Flow", "Serving"];
  const [from, to] = [CONCEPTS.get(source), CONCEPTS.get(target)];
  return from && to ? [...betweenConcepts(from, to), "Association"] : ["Association"];
}

function betweenConcepts(from: Concept, to: Concept): readonly Relationship[] {
  if (from.aspect === "composite") return ["Aggregation", "Composition"];
  if (from.name === "Stakeholder") return ["Association"];
  if (to.layer === "motivation")
    return FULFILLED.has(to.name) && from.name !== "Driver" && from.name !== "Assessment"
      ? ["Realization", "Influence"]
      : ["Influence"];
  if (to.aspect === "composite") return ["Realization", "Triggering"];
  const usual = BY_ASPECT[`${from.aspect} ${to.aspect}`] ?? [];
  // Two of a layer follow each other or work together; from layer to layer, one serves or realizes the other.
  if (HEIGHT[from.layer] !== HEIGHT[to.layer]) return acrossLayers(from, to, usual);
  return from.layer === "motivation" ? ["Influence"] : sameLayer(from, to, usual);
}

function acrossLayers(from: Concept, to: Concept, usual: readonly Relationship[]): readonly Relationship[] {
  if (to.layer === "strategy" || from.layer === "implementation") return ["Realization", ...usual];
  if (from.aspect === "passive") return ["Realization"];
  return to.aspect === "passive" ? ["Access", "Realization", "Assignment"] : ["Serving", ...usual];
}

function sameLayer(from: Concept, to: Concept, usual: readonly Relationship[]): readonly Relationship[] {
  if (to.name === "Artifact" && from.aspect === "active") return ["Assignment"];
  if (to.name === "Deliverable") return ["Realization"];
  if (from.aspect !== "active" || to.aspect !== "active") return usual;
  if (from.name === "BusinessActor" && to.name === "BusinessRole") return ["Assignment"];
  return from.layer === "technology" ? usual : ["Serving"];
}

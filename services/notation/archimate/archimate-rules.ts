import type { Rule } from "../notation.ts";
import { noPartCycle, noSpecializationCycle } from "./rules/cycle-rules.ts";
import { derivedRelationship } from "./rules/derived-relations.ts";
import {
  attributeValues,
  connectedElement,
  exchangeable,
  namedElement,
  usedElement,
} from "./rules/element-rules.ts";
import { junctionEnds, junctionOneType } from "./rules/junction-rules.ts";
import {
  duplicateRelationship,
  knownTypes,
  relationshipAllowed,
  relationshipToRelationship,
  specializationSameType,
} from "./rules/relationship-rules.ts";
import { shapeProperties, viewReferences, wholePixels } from "./rules/view-rules.ts";

/** The rules of ArchiMate 3.2 and of its exchange format. */
export const archimateRules: readonly Rule[] = [
  knownTypes,
  relationshipAllowed,
  specializationSameType,
  relationshipToRelationship,
  junctionOneType,
  junctionEnds,
  noPartCycle,
  noSpecializationCycle,
  attributeValues,
  exchangeable,
  wholePixels,
  viewReferences,
  shapeProperties,
  duplicateRelationship,
  namedElement,
  usedElement,
  connectedElement,
  derivedRelationship,
];

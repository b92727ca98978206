import { DRG_ELEMENTS, REQUIREMENTS } from "./schema-order.ts";

/** Elements that stand directly in the definitions. */
export const TOP_LEVEL: ReadonlySet<string> = new Set([
  ...DRG_ELEMENTS,
  "itemDefinition",
  "textAnnotation",
  "group",
  "elementCollection",
  "performanceIndicator",
  "organizationUnit",
  "import",
]);

/** Columns and rows of decision tables. */
export const TABLE_PARTS: ReadonlySet<string> = new Set(["input", "output", "rule"]);

export const ELEMENT_TYPES: ReadonlySet<string> = new Set([...TOP_LEVEL, ...TABLE_PARTS, "itemComponent"]);

export const REQUIREMENT_TYPES: ReadonlySet<string> = new Set(REQUIREMENTS);
export const RELATION_TYPES: ReadonlySet<string> = new Set([...REQUIREMENTS, "association"]);

/** Elements in which the file keeps a decision table, and the way to it. */
export const TABLE_PATHS: ReadonlyMap<string, readonly string[]> = new Map([
  ["decision", ["decisionTable"]],
  ["businessKnowledgeModel", ["encapsulatedLogic", "decisionTable"]],
]);

/** Whether the file has an element of the type inside of the other; the way to where it stands there. */
export function wayInto(parentType: string, type: string): readonly string[] | undefined {
  if (TABLE_PARTS.has(type)) return TABLE_PATHS.get(parentType);
  if (type === "itemComponent" && (parentType === "itemDefinition" || parentType === "itemComponent"))
    return [];
  return undefined;
}

/** Where the name of an element stands: columns and rows have a label, notes their text. */
export function nameFieldOf(type: string): "name" | "label" | "text" {
  if (type === "textAnnotation") return "text";
  return type === "input" || type === "rule" || RELATION_TYPES.has(type) ? "label" : "name";
}

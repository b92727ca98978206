/**
 * The keys of the format "ameide-uml"; ameide-uml-1.schema.json is the same for other programs. Properties with a key
 * of their own are written beside the fields, all others in an object named "properties".
 */
export const FORMAT = "ameide-uml";
export const VERSION = 1;

export interface Shape {
  /** Keys that say something of the file, before the fields. */
  readonly head?: readonly string[];
  /** Strings, in the order in which a new item has them. */
  readonly fields: readonly string[];
  /** Properties that have a key of their own. */
  readonly own: readonly string[];
}

export const MODEL: Shape = {
  head: ["$schema", "format", "version"],
  fields: ["id", "name", "documentation"],
  own: [],
};

export const ELEMENT: Shape = {
  fields: ["id", "type", "name", "parent", "key", "lifecycle", "documentation"],
  own: [
    "stereotypes",
    "visibility",
    "isAbstract",
    "isLeaf",
    "isStatic",
    "isReadOnly",
    "isDerived",
    "isOrdered",
    "isUnique",
    "isQuery",
    "direction",
    "valueType",
    "multiplicity",
    "defaultValue",
    "value",
    "text",
  ],
};

export const RELATION: Shape = {
  fields: ["id", "type", "name", "source", "target", "parent", "documentation"],
  own: [
    "stereotypes",
    "visibility",
    "isDerived",
    "sourceRole",
    "sourceMultiplicity",
    "sourceAggregation",
    "sourceNavigable",
    "targetRole",
    "targetMultiplicity",
    "targetAggregation",
    "targetNavigable",
  ],
};

export const VIEW: Shape = { fields: ["id", "type", "name", "element", "documentation"], own: [] };

const STYLE = ["fill", "stroke", "textColor", "fontSize"];
export const NODE: Shape = { fields: ["id", "element", "parent"], own: [...STYLE, "text", "isCollapsed"] };
export const CONNECTION: Shape = {
  fields: ["id", "relation", "source", "target"],
  own: [...STYLE, "isDashed"],
};

/** Fields that are empty when the file does not have them. */
export const EMPTY_BY_DEFAULT: ReadonlySet<string> = new Set([
  "type",
  "name",
  "documentation",
  "source",
  "target",
]);

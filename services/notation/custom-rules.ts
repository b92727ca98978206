import type { Problem } from "./problem.ts";

/** A rule that a tenant made for its own models. */
export interface CustomRule {
  /** "tenant/<name>". */
  readonly id: string;
  readonly severity: Problem["severity"];
  /** What has to be so, in a sentence. */
  readonly says: string;
  /** Only for this notation; none: for all. */
  readonly notation?: string;
  /** What it is about; none: elements. */
  readonly of?: "element" | "relation";
  /** Only for these types; none: for all. */
  readonly types?: readonly string[];
  /** What has to hold of each. */
  readonly condition: Condition;
}

/** What can be said of an item. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | {
      /** "name", "documentation", "key", "lifecycle", "type", "parent.type" or "properties.<name>". */
      readonly field: string;
      /** Default: that it is there and not empty. */
      readonly equals?: string | number | boolean;
      readonly in?: readonly (string | number | boolean)[];
      readonly contains?: string;
      readonly startsWith?: string;
      readonly minLength?: number;
      readonly maxLength?: number;
    }
  | {
      /** How many relations begin or end at it. */
      readonly count: "incoming" | "outgoing" | "relations" | "children" | "views";
      readonly types?: readonly string[];
      readonly min?: number;
      readonly max?: number;
    };

import type { Rule } from "../../notation.ts";
import { RELATION_RULES } from "./relations.ts";
import { STRUCTURE_RULES } from "./structure.ts";
import { VALUE_RULES } from "./values.ts";

/** Well-formedness of class and component diagrams. Errors block a patch that brings them; the rest is advice. */
export const umlRules: readonly Rule[] = [...STRUCTURE_RULES, ...RELATION_RULES, ...VALUE_RULES];

import type { Rule } from "../../notation.ts";
import { REQUIREMENT_RULES } from "./requirements.ts";
import { STRUCTURE_RULES } from "./structure.ts";
import { TABLE_RULES } from "./tables.ts";

/** What DMN wants of decisions, tables and requirements. Errors block a patch that brings them; the rest is advice. */
export const dmnRules: readonly Rule[] = [...STRUCTURE_RULES, ...TABLE_RULES, ...REQUIREMENT_RULES];

import type { Graph, Relation } from "../../graph.ts";
import { relationsFrom, relationsTo } from "../../model-index.ts";
import type { Rule } from "../../notation.ts";
import type { Problem } from "../../problem.ts";
import { CONCEPTS, isRelationship, type Layer, type Relationship } from "../concepts.ts";
import { called, ownRelations } from "./relations-in.ts";

/** Structural relationships, the weakest first: of two in a row the weaker one follows. */
const STRUCTURAL: readonly Relationship[] = ["Realization", "Assignment", "Aggregation", "Composition"];
const DEPENDENCY: ReadonlySet<string> = new Set(["Serving", "Access", "Influence", "Association"]);
const DYNAMIC: ReadonlySet<string> = new Set(["Triggering", "Flow"]);
const isStructural = (type: Relationship): boolean => STRUCTURAL.includes(type);
const goesAlong = (type: Relationship): boolean => DEPENDENCY.has(type) || DYNAMIC.has(type);

/**
 * What follows for a and c, by the derivation rules for valid relationships (ArchiMate 3.2, B.2), from one that leads
 * from a to b and the next: from b to c, or `back` from c to b. Undefined when nothing does.
 */
export function derivedFrom(
  first: Relationship,
  next: Relationship,
  back: boolean,
): Relationship | undefined {
  // What reaches a part, or what somebody does, reaches the whole, or who does it.
  if (back) return isStructural(next) && (DEPENDENCY.has(first) || first === "Flow") ? first : undefined;
  if (first === next && (first === "Specialization" || first === "Triggering")) return first;
  if (!isStructural(first)) return undefined;
  if (isStructural(next)) return STRUCTURAL[Math.min(STRUCTURAL.indexOf(first), STRUCTURAL.indexOf(next))];
  return goesAlong(next) ? next : undefined;
}

/** Longer chains convince nobody, and a hub has too many to try them all. */
const LONGEST = 4;
const MOST_STEPS = 500;
const MOST_LOOKED_AT = 5000;
/** Of all relations of a model together: then there is advice enough, or too much to find any. */
const MOST_IN_ALL = 500_000;

interface Step {
  readonly at: string;
  readonly type: Relationship | undefined;
  readonly chain: readonly Relation[];
}

/** A shortest chain of other relations from which the relation follows; undefined when there is none. */
export function derivation(
  graph: Graph,
  relation: Relation,
  budget = { left: MOST_LOOKED_AT },
): readonly Relation[] | undefined {
  const open: Step[] = [{ at: relation.source, type: undefined, chain: [] }];
  const seen = new Set([relation.source]);
  const enough = Math.max(0, budget.left - MOST_LOOKED_AT);
  for (const { at, type, chain } of open) {
    if (chain.length >= LONGEST || open.length > MOST_STEPS || budget.left <= enough) continue;
    const steps = [
      ...relationsFrom(graph, at).map((next) => ({ next, back: false, to: next.target })),
      ...(type === undefined ? [] : relationsTo(graph, at)).map((next) => ({
        next,
        back: true,
        to: next.source,
      })),
    ];
    budget.left -= steps.length;
    for (const { next, back, to } of steps) {
      if (next === relation || chain.includes(next) || !isRelationship(next.type)) continue;
      const follows = type === undefined ? next.type : derivedFrom(type, next.type, back);
      if (follows === undefined) continue;
      const longer = [...chain, next];
      if (to === relation.target && follows === relation.type && longer.length > 1) {
        if (staysAtHome(graph, relation, longer)) return longer;
        continue;
      }
      const state = `${to} ${follows}`;
      if (seen.has(state) || to === relation.source) continue;
      seen.add(state);
      open.push({ at: to, type: follows, chain: longer });
    }
  }
  return undefined;
}

type Domain = "motivation" | "strategy" | "core" | "implementation" | "other";

const DOMAIN: Readonly<Record<Layer, Domain>> = {
  motivation: "motivation",
  strategy: "strategy",
  business: "core",
  application: "core",
  technology: "core",
  physical: "core",
  implementation: "implementation",
  other: "other",
};

/** Nothing follows through a third domain, such as a goal between two processes; groupings hold anything. */
function staysAtHome(graph: Graph, relation: Relation, chain: readonly Relation[]): boolean {
  const domain = (id: string): Domain =>
    DOMAIN[CONCEPTS.get(graph.elements.get(id)?.type ?? "")?.layer ?? "other"];
  const home = new Set<Domain>([domain(relation.source), domain(relation.target), "other"]);
  return chain.every(({ source, target }) => home.has(domain(source)) && home.has(domain(target)));
}

export const derivedRelationship: Rule = {
  id: "archimate/derived-relationship",
  severity: "info",
  says: "A relationship that follows from others need not be drawn.",
  *check(graph, scope): Generator<Problem> {
    const budget = { left: MOST_IN_ALL };
    // Not those at its elements as well: at a hub that is too much for a piece of advice.
    for (const relation of ownRelations(graph, scope)) {
      // An association says little, and so much is associated that it would follow from almost anything.
      if (!isRelationship(relation.type) || relation.type === "Association" || relation.name !== "") continue;
      const chain = derivation(graph, relation, budget);
      if (!chain) continue;
      const steps = chain.map(
        ({ type, source, target }) => `${called(graph, source)} ${type} ${called(graph, target)}`,
      );
      yield {
        severity: "info",
        code: "archimate/derived-relationship",
        message: `The ${relation.type} from ${called(graph, relation.source)} to ${called(graph, relation.target)} follows from others: ${steps.join("; ")}.`,
        itemId: relation.id,
        relatedIds: chain.map(({ id }) => id),
      };
    }
  },
};

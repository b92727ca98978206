import type { Graph } from "../notation/graph.ts";
import type { NotationKit, Rule } from "../notation/notation.ts";
import type { Problem } from "../notation/problem.ts";

/** Rules that say nothing of what was wrong with an earlier model already: going back to it has to be possible. */
export const forgivingRules = (rules: readonly Rule[], earlier: Graph): Rule[] =>
  rules.map((rule) => ({
    ...rule,
    *check(graph, scope) {
      const known = new Set([...rule.check(earlier, scope)].map(keyOf));
      for (const problem of rule.check(graph, scope)) if (!known.has(keyOf(problem))) yield problem;
    },
  }));

export const forgivingKit = (kit: NotationKit, earlier: Graph): NotationKit => ({
  ...kit,
  rules: forgivingRules(kit.rules, earlier),
});

const keyOf = ({ code, itemId = "", relatedIds = [] }: Problem): string =>
  JSON.stringify([code, itemId, relatedIds.toSorted()]);

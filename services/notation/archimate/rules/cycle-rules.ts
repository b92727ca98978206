import type { Graph, Relation } from "../../graph.ts";
import { relationsFrom, relationsTo } from "../../model-index.ts";
import type { Rule } from "../../notation.ts";
import type { Problem } from "../../problem.ts";
import { called, relationsIn } from "./relations-in.ts";

function cycleRule(
  { id, says }: Pick<Rule, "id" | "says">,
  types: ReadonlySet<string>,
  message: (from: string) => string,
): Rule {
  return {
    id,
    severity: "error",
    says,
    *check(graph, scope): Generator<Problem> {
      const mayCycle = core(graph, types);
      for (const relation of relationsIn(graph, scope)) {
        const isInside = mayCycle.has(relation.source) && mayCycle.has(relation.target);
        const way = isInside && types.has(relation.type) ? wayBack(graph, relation, types) : undefined;
        if (!way) continue;
        yield {
          severity: "error",
          code: id,
          message: message(called(graph, relation.source)),
          itemId: relation.id,
          relatedIds: way,
        };
      }
    },
  };
}

const CORES = new WeakMap<Graph["relations"], Map<ReadonlySet<string>, ReadonlySet<string>>>();

/** What is left when all from which these relations lead nowhere is taken away, again and again: most often nothing. */
function core(graph: Graph, types: ReadonlySet<string>): ReadonlySet<string> {
  const cores = CORES.get(graph.relations) ?? new Map<ReadonlySet<string>, ReadonlySet<string>>();
  CORES.set(graph.relations, cores);
  const known = cores.get(types);
  if (known) return known;
  const left = new Map<string, number>();
  for (const { type, source, target } of graph.relations.values())
    if (types.has(type)) {
      left.set(source, (left.get(source) ?? 0) + 1);
      left.set(target, left.get(target) ?? 0);
    }
  const loose = [...left].filter(([, count]) => count === 0).map(([id]) => id);
  for (let id = loose.pop(); id !== undefined; id = loose.pop()) {
    left.delete(id);
    for (const { type, source } of relationsTo(graph, id)) {
      const count = types.has(type) ? (left.get(source) ?? 0) - 1 : -1;
      if (count >= 0) left.set(source, count);
      if (count === 0) loose.push(source);
    }
  }
  const found = new Set(left.keys());
  cores.set(types, found);
  return found;
}

/** The relations by which one comes back from the target to the source; undefined when there is no way. */
function wayBack(graph: Graph, relation: Relation, types: ReadonlySet<string>): string[] | undefined {
  if (relation.source === relation.target) return [];
  const via = new Map<string, Relation | undefined>([[relation.target, undefined]]);
  for (const [id] of via)
    for (const next of relationsFrom(graph, id)) {
      if (!types.has(next.type) || via.has(next.target)) continue;
      via.set(next.target, next);
      if (next.target === relation.source) return traced(via, next.target);
    }
  return undefined;
}

function traced(via: ReadonlyMap<string, Relation | undefined>, end: string): string[] {
  const way: string[] = [];
  for (let step = via.get(end); step; step = via.get(step.source)) way.unshift(step.id);
  return way;
}

export const noPartCycle = cycleRule(
  { id: "archimate/no-part-cycle", says: "Nothing is a part of itself, by compositions and aggregations." },
  new Set(["Composition", "Aggregation"]),
  (from) => `${from} would be a part of itself.`,
);

export const noSpecializationCycle = cycleRule(
  { id: "archimate/no-specialization-cycle", says: "Nothing is a specialization of itself." },
  new Set(["Specialization"]),
  (from) => `${from} would be a specialization of itself.`,
);

import type { Graph } from "../../graph.ts";
import { relationsFrom, relationsTo } from "../../model-index.ts";
import type { Rule } from "../../notation.ts";
import type { Problem } from "../../problem.ts";
import { isJunction, isRelationship } from "../concepts.ts";
import { mayRelate } from "../relationship-table.ts";
import { called, relationsAt, typeAt } from "./relations-in.ts";

/** Junctions in the scope, and those that its items lead to. */
function junctionsIn(graph: Graph, scope: ReadonlySet<string> | undefined): Set<string> {
  const found = new Set<string>();
  const add = (id: string): void => {
    if (isJunction(graph.elements.get(id)?.type ?? "")) found.add(id);
  };
  if (!scope) for (const id of graph.elements.keys()) add(id);
  for (const id of scope ?? []) {
    add(id);
    const relation = graph.relations.get(id);
    for (const end of relation ? [relation.source, relation.target] : []) add(end);
    for (const { target } of relationsFrom(graph, id)) add(target);
    for (const { source } of relationsTo(graph, id)) add(source);
  }
  return found;
}

export const junctionOneType: Rule = {
  id: "archimate/junction-one-type",
  severity: "error",
  says: "All relationships of a junction are of one type.",
  *check(graph, scope): Generator<Problem> {
    for (const id of junctionsIn(graph, scope)) {
      const relations = relationsAt(graph, id);
      const types = [...new Set(relations.map(({ type }) => type))];
      if (types.length < 2) continue;
      yield {
        severity: "error",
        code: "archimate/junction-one-type",
        message: `${called(graph, id)} joins relationships of different types: ${types.join(", ")}.`,
        itemId: id,
        relatedIds: relations.map((relation) => relation.id),
      };
    }
  },
};

/** Beyond so many junctions in a row it is no longer looked further. */
const MOST_ENDS = 200;

export const junctionEnds: Rule = {
  id: "archimate/junction-ends",
  severity: "warning",
  says: "The relationship that runs through a junction is allowed between what it comes from and what it leads to.",
  *check(graph, scope): Generator<Problem> {
    for (const id of junctionsIn(graph, scope)) {
      const [type] = relationsAt(graph, id).map((relation) => relation.type);
      if (type === undefined || !isRelationship(type)) continue;
      const sources = reached(graph, id, "incoming");
      const targets = reached(graph, id, "outgoing");
      for (const source of sources)
        for (const target of targets) {
          const [from, to] = [typeAt(graph, source) ?? "", typeAt(graph, target) ?? ""];
          if (mayRelate(type, from, to)) continue;
          yield {
            severity: "warning",
            code: "archimate/junction-ends",
            message: `Through ${called(graph, id)} ${type} runs from ${called(graph, source)} to ${called(graph, target)}, which is not allowed.`,
            itemId: id,
            relatedIds: [source, target],
          };
        }
    }
  },
};

/** What lies beyond a junction on one side, through other junctions. */
function reached(graph: Graph, junction: string, way: "incoming" | "outgoing"): string[] {
  const next = way === "incoming" ? relationsTo : relationsFrom;
  const seen = new Set([junction]);
  const ends: string[] = [];
  for (const id of seen)
    for (const { source, target } of next(graph, id)) {
      const end = way === "incoming" ? source : target;
      if (seen.has(end) || ends.length >= MOST_ENDS) continue;
      if (isJunction(typeAt(graph, end) ?? "")) seen.add(end);
      else ends.push(end);
    }
  return [...new Set(ends)];
}

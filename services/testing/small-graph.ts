import { emptyGraph, type Element, type Graph, type Notation, type Relation } from "../notation/graph.ts";
import type { Rule } from "../notation/notation.ts";

/** "class Order", "attribute total in Order {"valueType":"Money"}": type, id, what contains it, properties. */
export type ElementLine = string;
/** "association Order Line {"sourceAggregation":"composite"}": type, source, target, properties. */
export type RelationLine = string;

/** A graph in a few lines. Elements are named as their ids, relations have the ids r0, r1, … */
export function smallGraph(
  notation: Notation,
  elements: readonly ElementLine[],
  relations: readonly RelationLine[] = [],
): Graph {
  return {
    ...emptyGraph(notation),
    elements: new Map(elements.map(elementOf).map((element) => [element.id, element])),
    relations: new Map(relations.map(relationOf).map((relation) => [relation.id, relation])),
  };
}

function elementOf(line: ElementLine): Element {
  const [words, properties] = split(line);
  const [type = "", id = "", , parent] = words;
  const { name = id, ...others } = properties as { name?: string };
  return { id, type, name, documentation: "", properties: others, ...(parent !== undefined && { parent }) };
}

function relationOf(line: RelationLine, index: number): Relation {
  const [[type = "", source = "", target = ""], properties] = split(line);
  return { id: `r${index}`, type, name: "", source, target, documentation: "", properties };
}

function split(line: string): [readonly string[], Record<string, never>] {
  const at = line.indexOf("{");
  const words = (at < 0 ? line : line.slice(0, at)).trim().split(/\s+/);
  return [words, at < 0 ? {} : (JSON.parse(line.slice(at)) as Record<string, never>)];
}

/** What the rule says of the graph: the ids of the items concerned, in order. */
export function offenders(
  rules: readonly Rule[],
  id: string,
  graph: Graph,
  scope?: ReadonlySet<string>,
): string[] {
  const rule = rules.find((one) => one.id === id);
  if (!rule) throw new Error(`there is no rule ${id}`);
  const problems = [...rule.check(graph, scope)];
  for (const { code, severity } of problems)
    if (code !== id || severity !== rule.severity)
      throw new Error(`${id} says something else: ${code} ${severity}`);
  return problems.map(({ itemId }) => itemId ?? "");
}

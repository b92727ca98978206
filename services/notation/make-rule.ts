import type { Element, Graph, Relation } from "./graph.ts";
import { childrenIn, relationsFrom, relationsTo } from "./model-index.ts";
import type { Rule } from "./notation.ts";

/** What is wrong with an item, in words, and with which others. */
export interface Violation {
  /** Another one than the item that was looked at. */
  readonly itemId?: string;
  readonly message: string;
  readonly relatedIds?: readonly string[];
}

type About = Pick<Rule, "id" | "severity" | "says">;
type Check<T> = (graph: Graph, item: T) => Iterable<Violation>;

/** A rule that looks at one element after the other, and at what is directly around it; never at its siblings. */
export const elementRule = (about: About, check: Check<Element>): Rule =>
  makeRule(about, (graph, scope) => (scope ? elementsAround(graph, scope) : graph.elements.values()), check);

/** A rule that looks at one relation after the other, and at its ends. */
export const relationRule = (about: About, check: Check<Relation>): Rule =>
  makeRule(
    about,
    (graph, scope) => (scope ? relationsAround(graph, scope) : graph.relations.values()),
    check,
  );

/** A rule that is about both. */
export const itemRule = (about: About, element: Check<Element>, relation: Check<Relation>): Rule => ({
  ...about,
  *check(graph, scope) {
    yield* elementRule(about, element).check(graph, scope);
    yield* relationRule(about, relation).check(graph, scope);
  },
});

function makeRule<T extends Element | Relation>(
  about: About,
  itemsOf: (graph: Graph, scope?: ReadonlySet<string>) => Iterable<T>,
  check: Check<T>,
): Rule {
  return {
    ...about,
    *check(graph, scope) {
      for (const item of itemsOf(graph, scope))
        for (const violation of check(graph, item))
          yield { severity: about.severity, code: about.id, itemId: item.id, ...violation };
    },
  };
}

/** The elements of the scope with what contains them and what they contain, and the ends of its relations. */
function elementsAround(graph: Graph, scope: ReadonlySet<string>): Set<Element> {
  const found = new Set<Element>();
  const add = (id: string | undefined) => {
    const element = graph.elements.get(id ?? "");
    if (element) found.add(element);
  };
  for (const id of scope) {
    add(id);
    add(graph.elements.get(id)?.parent);
    for (const child of childrenIn(graph, id)) found.add(child);
    add(graph.relations.get(id)?.source);
    add(graph.relations.get(id)?.target);
  }
  return found;
}

/** The relations of the scope, and those that begin or end at something of it. */
function relationsAround(graph: Graph, scope: ReadonlySet<string>): Set<Relation> {
  const found = new Set<Relation>();
  for (const id of scope) {
    const relation = graph.relations.get(id);
    if (relation) found.add(relation);
    for (const near of relationsFrom(graph, id)) found.add(near);
    for (const near of relationsTo(graph, id)) found.add(near);
  }
  return found;
}

/** "Order (class Order_1)", for messages. */
export function describe(graph: Graph, id: string): string {
  const item = graph.elements.get(id) ?? graph.relations.get(id);
  if (!item) return `"${id}"`;
  return item.name === "" ? `${item.type} ${id}` : `"${item.name}" (${item.type} ${id})`;
}

/** The ids from `start` back to it along `next`; undefined when there is no such way. */
export function cycleFrom(
  start: string,
  next: (id: string) => Iterable<string>,
): readonly string[] | undefined {
  const cameFrom = new Map<string, string>();
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const other of next(id)) {
      if (other === start) return wayBack(cameFrom, id, start);
      if (cameFrom.has(other)) continue;
      cameFrom.set(other, id);
      open.push(other);
    }
  return undefined;
}

function wayBack(cameFrom: ReadonlyMap<string, string>, last: string, start: string): readonly string[] {
  const way: string[] = [];
  for (let id: string | undefined = last; id !== undefined && id !== start; id = cameFrom.get(id))
    way.unshift(id);
  return [start, ...way];
}

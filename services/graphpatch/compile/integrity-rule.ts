import type { Graph, Relation } from "../../notation/graph.ts";
import type { Rule } from "../../notation/notation.ts";
import type { Problem } from "../../notation/problem.ts";

/** What holds of every model, whatever its notation. A file may break it; a patch may not. */
export const integrityRule: Rule = {
  id: "model/references",
  severity: "error",
  says: "A relation has both its ends, and what contains an element, relation or drawing is there.",
  *check(graph, scope) {
    const { elements, relations, views } = graph;
    if (!scope) {
      for (const { id, parent } of elements.values()) yield* checkParent(graph, id, parent);
      for (const relation of relations.values()) yield* checkRelation(graph, relation);
      for (const id of views.keys()) yield* checkView(graph, id);
      return;
    }
    for (const id of scope) {
      const element = elements.get(id);
      if (element) yield* checkParent(graph, id, element.parent);
      const relation = relations.get(id);
      if (relation) yield* checkRelation(graph, relation);
      if (views.has(id)) yield* checkView(graph, id);
    }
  },
};

function problem(itemId: string, message: string, related: string): Problem {
  return { severity: "error", code: integrityRule.id, message, itemId, relatedIds: [related] };
}

function* checkParent(graph: Graph, id: string, parent: string | undefined): Generator<Problem> {
  if (parent === undefined) return;
  if (!graph.elements.has(parent)) yield problem(id, `${id} is within ${parent}, which is not there`, parent);
  const seen = new Set([id]);
  for (let at: string | undefined = parent; at !== undefined; at = graph.elements.get(at)?.parent) {
    if (at === id) {
      yield problem(id, `${id} contains itself`, parent);
      return;
    }
    if (seen.has(at)) return;
    seen.add(at);
  }
}

function* checkRelation(graph: Graph, relation: Relation): Generator<Problem> {
  const { id, source, target, parent } = relation;
  for (const [end, way] of [
    [source, "from"],
    [target, "to"],
  ] as const)
    if (!graph.elements.has(end) && !graph.relations.has(end))
      yield problem(id, `${id} leads ${way} ${end}, which is not there`, end);
  if (parent !== undefined && !graph.elements.has(parent))
    yield problem(id, `${id} is within ${parent}, which is not there`, parent);
}

function* checkView(graph: Graph, viewId: string): Generator<Problem> {
  const view = graph.views.get(viewId);
  if (!view) return;
  for (const { id, element } of view.nodes.values())
    if (element !== undefined && !graph.elements.has(element) && !graph.relations.has(element))
      yield problem(viewId, `the box ${id} of view ${viewId} shows ${element}, which is not there`, element);
  for (const { id, relation } of view.connections.values())
    if (relation !== undefined && !graph.relations.has(relation) && !graph.elements.has(relation))
      yield problem(
        viewId,
        `the line ${id} of view ${viewId} shows ${relation}, which is not there`,
        relation,
      );
}

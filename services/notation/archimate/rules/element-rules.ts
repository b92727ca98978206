import type { Element, Graph, Properties } from "../../graph.ts";
import type { Rule } from "../../notation.ts";
import type { Problem } from "../../problem.ts";
import { isJunction } from "../concepts.ts";
import { KEY, LIFECYCLE, LIFECYCLES } from "../properties.ts";
import { called, ownRelations, relationsAt, relationsIn } from "./relations-in.ts";

function* elementsIn(graph: Graph, scope: ReadonlySet<string> | undefined): Generator<Element> {
  if (!scope) return yield* graph.elements.values();
  for (const id of scope) {
    const element = graph.elements.get(id);
    if (element) yield element;
  }
}

export const namedElement: Rule = {
  id: "archimate/named-element",
  severity: "warning",
  says: "Elements have names; junctions need none.",
  *check(graph, scope): Generator<Problem> {
    for (const { id, type, name } of elementsIn(graph, scope))
      if (name.trim() === "" && !isJunction(type))
        yield {
          severity: "warning",
          code: "archimate/named-element",
          message: `The ${type} ${id} has no name.`,
          itemId: id,
        };
  },
};

const SHOWN = new WeakMap<Graph["views"], ReadonlySet<string>>();

/** The elements that some view shows. */
function shownElements({ views }: Graph): ReadonlySet<string> {
  const known = SHOWN.get(views);
  if (known) return known;
  const shown = new Set<string>();
  for (const { nodes } of views.values())
    for (const { element } of nodes.values()) if (element !== undefined) shown.add(element);
  SHOWN.set(views, shown);
  return shown;
}

export const connectedElement: Rule = {
  id: "archimate/connected-element",
  severity: "info",
  says: "An element that a view shows is connected with another one.",
  *check(graph, scope): Generator<Problem> {
    for (const { id } of elementsIn(graph, scope)) {
      if (relationsAt(graph, id).length > 0 || !shownElements(graph).has(id)) continue;
      yield {
        severity: "info",
        code: "archimate/connected-element",
        message: `${called(graph, id)} is connected with nothing.`,
        itemId: id,
      };
    }
  },
};

export const usedElement: Rule = {
  id: "archimate/used-element",
  severity: "info",
  says: "An element is connected with another one, or shown in a view.",
  *check(graph, scope): Generator<Problem> {
    for (const { id } of elementsIn(graph, scope)) {
      if (relationsAt(graph, id).length > 0 || shownElements(graph).has(id)) continue;
      yield {
        severity: "info",
        code: "archimate/used-element",
        message: `${called(graph, id)} is connected with nothing and shown in no view.`,
        itemId: id,
      };
    }
  },
};

/** Attributes of relationships: which have them, and what they may say. */
const ATTRIBUTES: Readonly<
  Record<string, { of: string; isValue: (value: unknown) => boolean; values: string }>
> = {
  accessType: {
    of: "Access",
    isValue: (value) => ["Access", "Read", "Write", "ReadWrite"].includes(String(value)),
    values: "Access, Read, Write or ReadWrite",
  },
  isDirected: { of: "Association", isValue: (value) => typeof value === "boolean", values: "true or false" },
  modifier: {
    of: "Influence",
    isValue: (value) => typeof value === "string",
    values: 'a text such as "+", "--" or "5"',
  },
};

const ofViews = new Set(["viewpoint", "viewpointRef"]);

export const attributeValues: Rule = {
  id: "archimate/attribute-values",
  severity: "error",
  says: "accessType is of accesses (Access, Read, Write, ReadWrite), isDirected of associations (true, false), modifier of influences (a text).",
  *check(graph, scope): Generator<Problem> {
    for (const relation of relationsIn(graph, scope))
      for (const message of wrongAttributes(graph, relation.id, relation.type, relation.properties))
        yield { severity: "error", code: "archimate/attribute-values", message, itemId: relation.id };
    for (const { id, type, properties } of elementsIn(graph, scope))
      for (const message of wrongAttributes(graph, id, type, properties))
        yield { severity: "error", code: "archimate/attribute-values", message, itemId: id };
  },
};

function* wrongAttributes(graph: Graph, id: string, type: string, properties: Properties): Generator<string> {
  for (const [name, value] of Object.entries(properties)) {
    const attribute = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
    if (ofViews.has(name)) yield `${called(graph, id)} has a ${name}, which only views have.`;
    else if (attribute && attribute.of !== type)
      yield `${called(graph, id)} has ${name}, which only an ${attribute.of} has.`;
    else if (attribute && !attribute.isValue(value))
      yield `${name} of ${called(graph, id)} is ${JSON.stringify(value)}; it has to be ${attribute.values}.`;
  }
}

/** What an exchange file has no place for. */
export const exchangeable: Rule = {
  id: "archimate/exchangeable",
  severity: "error",
  says: "Nothing contains an element or relationship (compositions and aggregations say what belongs to what), and lifecycle and key are fields.",
  *check(graph, scope): Generator<Problem> {
    for (const { id, parent, properties, ...element } of elementsIn(graph, scope)) {
      if (parent !== undefined)
        yield misplaced(
          id,
          `${called(graph, id)} cannot be inside ${parent}: connect them by an Aggregation or Composition.`,
        );
      const stages: unknown[] = [properties[LIFECYCLE]].flat();
      if (LIFECYCLES.some((stage) => stages.includes(stage)) && element.lifecycle === undefined)
        yield misplaced(id, `Set the lifecycle of ${called(graph, id)}, not a property of that name.`);
      if ([properties[KEY]].flat().some((key) => typeof key === "string") && element.key === undefined)
        yield misplaced(id, `Set the key of ${called(graph, id)}, not a property of that name.`);
    }
    for (const { id, parent } of ownRelations(graph, scope))
      if (parent !== undefined) yield misplaced(id, `${called(graph, id)} cannot be inside ${parent}.`);
  },
};

const misplaced = (itemId: string, message: string): Problem => ({
  severity: "error",
  code: "archimate/exchangeable",
  message,
  itemId,
});

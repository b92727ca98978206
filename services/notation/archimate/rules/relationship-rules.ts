import type { Graph, Relation } from "../../graph.ts";
import type { Rule } from "../../notation.ts";
import type { Problem } from "../../problem.ts";
import { CONCEPTS, isRelationship, type Relationship } from "../concepts.ts";
import { mayRelate, relationshipsBetween } from "../relationship-table.ts";
import { called, relationsIn, typeAt } from "./relations-in.ts";

interface Ends {
  readonly type: Relationship;
  readonly source: string;
  readonly target: string;
}

/** Relationships of known types between things of known types; other rules speak of the rest. */
function* knownRelations(graph: Graph, scope: ReadonlySet<string> | undefined): Generator<[Relation, Ends]> {
  for (const relation of relationsIn(graph, scope)) {
    const [source, target] = [typeAt(graph, relation.source), typeAt(graph, relation.target)];
    if (isRelationship(relation.type) && isConcept(source) && isConcept(target))
      yield [relation, { type: relation.type, source, target }];
  }
}

const isConcept = (type: string | undefined): type is string =>
  type !== undefined && (CONCEPTS.has(type) || isRelationship(type));

/** Which of three rules speaks of a relationship that the table refuses. */
function topicOf({ type, source, target }: Ends): "relationship" | "specialization" | "between" {
  if (isRelationship(source) || isRelationship(target)) return "relationship";
  return type === "Specialization" ? "specialization" : "between";
}

function tableRule(
  { id, says }: Pick<Rule, "id" | "says">,
  topic: ReturnType<typeof topicOf>,
  advice: (ends: Ends) => string,
): Rule {
  return {
    id,
    severity: "error",
    says,
    *check(graph, scope): Generator<Problem> {
      for (const [relation, ends] of knownRelations(graph, scope)) {
        if (topicOf(ends) !== topic || mayRelate(ends.type, ends.source, ends.target)) continue;
        const from = called(graph, relation.source);
        const to = called(graph, relation.target);
        yield {
          severity: "error",
          code: id,
          message: `No ${ends.type} is allowed from ${from} to ${to}. ${advice(ends)}`,
          itemId: relation.id,
          relatedIds: [relation.source, relation.target],
        };
      }
    },
  };
}

const sentence = (types: readonly string[]): string =>
  types.length === 0 ? "Nothing is." : `Allowed: ${types.join(", ")}.`;

function alternatives({ source, target }: Ends): string {
  const there = relationshipsBetween(source, target);
  const back = relationshipsBetween(target, source).filter((type) => !there.includes(type));
  return back.length === 0
    ? sentence(there)
    : `${sentence(there)} The other way round also: ${back.join(", ")}.`;
}

export const relationshipAllowed = tableRule(
  {
    id: "archimate/relationship-allowed",
    says: "The relationship table of ArchiMate 3.2 allows the relationship between the types of its ends.",
  },
  "between",
  alternatives,
);

export const specializationSameType = tableRule(
  {
    id: "archimate/specialization-same-type",
    says: "Something is a specialization only of something of the same type (or contract of object, constraint of requirement).",
  },
  "specialization",
  alternatives,
);

export const relationshipToRelationship = tableRule(
  {
    id: "archimate/relationship-to-relationship",
    says: "Only an association leads to a relationship, or what a grouping, location or plateau holds it by.",
  },
  "relationship",
  alternatives,
);

export const knownTypes: Rule = {
  id: "archimate/known-type",
  severity: "error",
  says: "Elements and relationships have types that ArchiMate 3.2 has.",
  *check(graph, scope): Generator<Problem> {
    const unknown = (id: string, what: string, type: string): Problem => ({
      severity: "error",
      code: "archimate/known-type",
      message: `ArchiMate has no ${what} of type "${type}".`,
      itemId: id,
    });
    for (const id of scope ?? [...graph.elements.keys(), ...graph.relations.keys()]) {
      const element = graph.elements.get(id);
      if (element && !CONCEPTS.has(element.type)) yield unknown(id, "element", element.type);
      const relation = graph.relations.get(id);
      if (relation && !isRelationship(relation.type)) yield unknown(id, "relationship", relation.type);
    }
  },
};

/** One of two relationships of a type that lead from and to the same, and say the same. */
export const duplicateRelationship: Rule = {
  id: "archimate/duplicate-relationship",
  severity: "warning",
  says: "Two things are not connected twice by the same relationship.",
  *check(graph, scope): Generator<Problem> {
    const alike = Map.groupBy(relationsAtSameEnds(graph, scope), sameness);
    for (const [first, ...others] of alike.values())
      for (const other of others)
        yield {
          severity: "warning",
          code: "archimate/duplicate-relationship",
          message: `${called(graph, other.source)} and ${called(graph, other.target)} are connected by the same ${other.type} twice.`,
          itemId: other.id,
          relatedIds: first ? [first.id] : [],
        };
  },
};

/** Those of the scope and all that lead from where they do, in the order of the model. */
function relationsAtSameEnds(graph: Graph, scope: ReadonlySet<string> | undefined): readonly Relation[] {
  if (!scope) return [...graph.relations.values()];
  const starts = new Set([...relationsIn(graph, scope)].map(({ source }) => source));
  const ends = [...relationsIn(graph, starts)].filter(({ source }) => starts.has(source));
  const order = new Map([...graph.relations.keys()].map((id, i) => [id, i]));
  return ends.toSorted((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}

const sameness = ({ type, source, target, name, properties }: Relation): string =>
  JSON.stringify([type, source, target, name, properties["accessType"], properties["modifier"]]);

import type { Graph } from "../../graph.ts";
import { elementRule, relationRule } from "../../make-rule.ts";
import type { Rule } from "../../notation.ts";
import { itemFields } from "../fields.ts";
import { describe } from "../model-queries.ts";
import { unwritable } from "../property-values.ts";
import { isA, isReferenceType } from "../schema.ts";

const WRITABLE = {
  id: "bpmn/properties",
  severity: "error",
  says: "Names and properties are such as BPMN files have a place for, with values of their type.",
} as const;

const REQUIRED = {
  id: "bpmn/required",
  severity: "error",
  says: "What a BPMN file cannot do without is said, such as the participants of a choreography task.",
} as const;

const REFERENCES = {
  id: "bpmn/references",
  severity: "error",
  says: "A property that refers to something names an element of the right type that exists.",
} as const;

/** What properties refer to, where that is an element of the graph. */
const TARGETS: Readonly<Record<string, string>> = {
  messageRef: "message",
  errorRef: "error",
  signalRef: "signal",
  escalationRef: "escalation",
  activityRef: "activity",
  dataObjectRef: "dataObject",
  dataStoreRef: "dataStore",
  processRef: "process",
  categoryValueRef: "categoryValue",
  participantRef: "participant",
  initiatingParticipantRef: "participant",
  lane: "lane",
};

/** The rule for elements and for relations, under one name. */
const both = (elements: Rule, relations: Rule): Rule => ({
  ...elements,
  *check(graph, scope) {
    yield* elements.check(graph, scope);
    yield* relations.check(graph, scope);
  },
});

export const PROPERTY_RULES: readonly Rule[] = [
  both(
    elementRule(WRITABLE, function* (graph, element) {
      for (const message of unwritable(element))
        yield { message: `${describe(graph, element.id)}: ${message}.` };
    }),
    relationRule(WRITABLE, function* (graph, relation) {
      for (const message of unwritable(relation))
        yield { message: `${describe(graph, relation.id)}: ${message}.` };
    }),
  ),
  elementRule(REQUIRED, function* (graph, element) {
    for (const { name, type, isRequired } of itemFields(element.type).values())
      if (
        isRequired &&
        isReferenceType(type) &&
        name !== "attachedToRef" &&
        element.properties[name] === undefined
      )
        yield { message: `${describe(graph, element.id)} needs ${name}.` };
    const taking = element.properties["participantRef"];
    if (isA(element.type, "choreographyActivity") && Array.isArray(taking) && taking.length < 2)
      yield { message: `${describe(graph, element.id)} needs two participants in participantRef.` };
  }),
  both(
    elementRule(REFERENCES, (graph, { id, properties }) => wrongReferences(graph, id, properties)),
    relationRule(REFERENCES, (graph, { id, properties }) => wrongReferences(graph, id, properties)),
  ),
];

function* wrongReferences(
  graph: Graph,
  id: string,
  value: unknown,
  name = "",
): Iterable<{ message: string }> {
  if (Array.isArray(value)) for (const inner of value) yield* wrongReferences(graph, id, inner, name);
  else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* wrongReferences(graph, id, inner, key);
  else if (typeof value === "string") {
    const wanted = TARGETS[name];
    // A name with a prefix may lead to another file.
    if (wanted === undefined || value.includes(":")) return;
    const found = graph.elements.get(value);
    if (found && isA(found.type, wanted)) return;
    const what = found ? `is ${describe(graph, value)}` : "does not exist";
    yield { message: `${name} of ${describe(graph, id)} has to name a ${wanted}, but ${value} ${what}.` };
  }
}

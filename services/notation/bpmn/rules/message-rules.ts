import type { Element, Graph, Relation } from "../../graph.ts";
import { relationRule } from "../../make-rule.ts";
import type { Rule } from "../../notation.ts";
import {
  describe,
  eventTypes,
  isActivity,
  isArtifact,
  isConversation,
  isData,
  partyOf,
} from "../model-queries.ts";
import { isA } from "../schema.ts";
import { givesData, receivesMessages, sendsMessages, takesData } from "../usual-relation.ts";

const endsRule = (
  about: Pick<Rule, "id" | "severity" | "says">,
  type: string,
  check: (graph: Graph, source: Element, target: Element, relation: Relation) => string | undefined,
): Rule =>
  relationRule(about, function* (graph, relation) {
    if (relation.type !== type) return;
    const [source, target] = [graph.elements.get(relation.source), graph.elements.get(relation.target)];
    const message = source && target && check(graph, source, target, relation);
    if (message !== undefined) yield { message, relatedIds: [relation.source, relation.target] };
  });

/** What a relation that stands in no element of its own may stand in. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  messageFlow: ["collaboration"],
  conversationLink: ["collaboration"],
  association: ["collaboration", "process"],
};

/** Looks at the whole model: the collaboration may be what went. */
const NEEDS_HOME: Rule = {
  id: "bpmn/relation-has-place",
  severity: "error",
  says: "A model with message flows or conversation links has a collaboration, one with associations a collaboration or process.",
  *check(graph) {
    const missing = new Map(Object.entries(HOMES));
    for (const { type } of graph.elements.values()) {
      for (const [relation, homes] of missing)
        if (homes.some((home) => isA(type, home))) missing.delete(relation);
      if (missing.size === 0) return;
    }
    for (const { id, type } of graph.relations.values())
      if (missing.has(type))
        yield {
          severity: "error",
          code: "bpmn/relation-has-place",
          message: `${describe(graph, id)} needs a ${missing.get(type)?.join(" or ")} to stand in.`,
          itemId: id,
        };
  },
};

export const MESSAGE_RULES: readonly Rule[] = [
  NEEDS_HOME,
  endsRule(
    {
      id: "bpmn/message-flow-ends",
      severity: "error",
      says: "A message flow connects pools, activities and events, from what sends to what receives.",
    },
    "messageFlow",
    (graph, source, target, flow) => {
      if (!sendsMessages(source.type))
        return `${describe(graph, source.id)} cannot send ${describe(graph, flow.id)}.`;
      if (!receivesMessages(target.type))
        return `${describe(graph, target.id)} cannot receive ${describe(graph, flow.id)}.`;
      return undefined;
    },
  ),
  endsRule(
    {
      id: "bpmn/message-flow-between-pools",
      severity: "error",
      says: "A message flow leads from one pool to another.",
    },
    "messageFlow",
    (graph, source, target, flow) => {
      if (!sendsMessages(source.type) || !receivesMessages(target.type)) return undefined;
      const [from, to] = [partyOf(graph, source.id), partyOf(graph, target.id)];
      if (from && to && from.id !== to.id) return undefined;
      const why =
        from && to ? `both ends are in ${describe(graph, from.id)}` : "one of its ends is in no process";
      return `${describe(graph, flow.id)} has to lead from pool to pool, but ${why}; within a pool use a sequence flow.`;
    },
  ),
  endsRule(
    {
      id: "bpmn/data-input",
      severity: "error",
      says: "A data input leads from data to an activity or to an event that throws.",
    },
    "dataInputAssociation",
    (graph, source, target, relation) =>
      (isData(source.type) || source.id === target.id) && takesData(target.type)
        ? undefined
        : `${describe(graph, relation.id)} cannot lead from ${describe(graph, source.id)} to ${describe(graph, target.id)}.`,
  ),
  endsRule(
    {
      id: "bpmn/data-output",
      severity: "error",
      says: "A data output leads from an activity or an event that catches to data.",
    },
    "dataOutputAssociation",
    (graph, source, target, relation) =>
      givesData(source.type) && (isData(target.type) || source.id === target.id)
        ? undefined
        : `${describe(graph, relation.id)} cannot lead from ${describe(graph, source.id)} to ${describe(graph, target.id)}.`,
  ),
  endsRule(
    {
      id: "bpmn/association-ends",
      severity: "warning",
      says: "An association leads to a note, a group or data, or from a compensation event to its activity.",
    },
    "association",
    (graph, source, target, relation) => {
      const isLoose = ({ type }: Element) => isArtifact(type) || isData(type);
      if (isLoose(source) || isLoose(target)) return undefined;
      if (eventTypes(source).includes("compensateEventDefinition") && isActivity(target.type))
        return undefined;
      return `${describe(graph, relation.id)} connects ${describe(graph, source.id)} with ${describe(graph, target.id)}: is a flow meant?`;
    },
  ),
  endsRule(
    {
      id: "bpmn/conversation-link-ends",
      severity: "error",
      says: "A conversation link connects a pool with a conversation.",
    },
    "conversationLink",
    (graph, source, target, relation) => {
      const ends = [source, target];
      const isRight =
        ends.some(({ type }) => isConversation(type)) && ends.some(({ type }) => type === "participant");
      return isRight
        ? undefined
        : `${describe(graph, relation.id)} has to connect a pool with a conversation.`;
    },
  ),
];

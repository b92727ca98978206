import type { Element, Graph, Relation } from "../../graph.ts";
import { elementRule, relationRule, type Violation } from "../../make-rule.ts";
import { relationsFrom, relationsTo } from "../../model-index.ts";
import type { Rule } from "../../notation.ts";
import { describe, isFlowNode, processOf } from "../model-queries.ts";

/** A rule about each sequence flow whose ends exist. */
const flowRule = (
  id: string,
  says: string,
  check: (graph: Graph, source: Element, target: Element, flow: Relation) => string | undefined,
): Rule =>
  relationRule({ id, severity: "error", says }, function* (graph, flow) {
    if (flow.type !== "sequenceFlow") return;
    const [source, target] = [graph.elements.get(flow.source), graph.elements.get(flow.target)];
    const message = source && target && check(graph, source, target, flow);
    if (message !== undefined) yield { message, relatedIds: [flow.source, flow.target] };
  });

const isFlow = ({ type }: Relation): boolean => type === "sequenceFlow";
export const flowsFrom = (graph: Graph, id: string) => relationsFrom(graph, id).filter(isFlow);
export const flowsTo = (graph: Graph, id: string) => relationsTo(graph, id).filter(isFlow);

export const FLOW_RULES: readonly Rule[] = [
  relationRule(
    {
      id: "bpmn/no-dangling-flow",
      severity: "error",
      says: "Both ends of a flow or association exist.",
    },
    function* (graph, relation) {
      for (const end of ["source", "target"] as const)
        if (!graph.elements.has(relation[end]) && !isEndOfAssociation(graph, relation, relation[end]))
          yield {
            message: `The ${end} of ${describe(graph, relation.id)} is ${describe(graph, relation[end])}. Connect it, or remove it.`,
          };
    },
  ),
  flowRule(
    "bpmn/flow-between-flow-nodes",
    "A sequence flow connects activities, events and gateways.",
    (graph, source, target, flow) => {
      const wrong = [source, target].find(({ type }) => !isFlowNode(type));
      return (
        wrong &&
        `${describe(graph, flow.id)} cannot begin or end at ${describe(graph, wrong.id)}: use an association, a data association or a message flow.`
      );
    },
  ),
  flowRule(
    "bpmn/no-flow-across-pools",
    "A sequence flow stays within its process and pool; between pools go message flows.",
    (graph, source, target, flow) => {
      if (!isFlowNode(source.type) || !isFlowNode(target.type)) return undefined;
      if (processOf(graph, source.id) === processOf(graph, target.id)) return undefined;
      return `${describe(graph, flow.id)} leads from ${describe(graph, source.id)} into the other process of ${describe(graph, target.id)}: use a message flow.`;
    },
  ),
  flowRule(
    "bpmn/no-flow-across-subprocess",
    "A sequence flow does not cross the border of a subprocess.",
    (graph, source, target, flow) => {
      const isSameProcess = processOf(graph, source.id) === processOf(graph, target.id);
      if (!isSameProcess || source.parent === target.parent) return undefined;
      return `${describe(graph, flow.id)} crosses the border of a subprocess between ${describe(graph, source.id)} and ${describe(graph, target.id)}: connect the subprocess itself.`;
    },
  ),
  flowRule("bpmn/no-flow-into-start", "No sequence flow leads to a start event.", (graph, _, target, flow) =>
    target.type === "startEvent"
      ? `${describe(graph, flow.id)} leads to the start event ${target.id}.`
      : undefined,
  ),
  flowRule("bpmn/no-flow-out-of-end", "No sequence flow leaves an end event.", (graph, source, _, flow) =>
    source.type === "endEvent" ? `${describe(graph, flow.id)} leaves the end event ${source.id}.` : undefined,
  ),
  flowRule(
    "bpmn/no-flow-into-boundary",
    "No sequence flow leads to a boundary event: its activity triggers it.",
    (graph, _, target, flow) =>
      target.type === "boundaryEvent"
        ? `${describe(graph, flow.id)} leads to the boundary event ${target.id}: connect the activity instead.`
        : undefined,
  ),
  flowRule(
    "bpmn/no-flow-at-event-subprocess",
    "An event subprocess has neither incoming nor outgoing sequence flows: its event starts it.",
    (graph, source, target, flow) => {
      const found = [source, target].find(({ properties }) => properties["triggeredByEvent"] === true);
      return (
        found &&
        `${describe(graph, flow.id)} is connected with the event subprocess ${describe(graph, found.id)}.`
      );
    },
  ),
  flowRule(
    "bpmn/no-flow-at-compensation",
    "An activity for compensation has no sequence flows: an association leads to it.",
    (graph, source, target, flow) => {
      const found = [source, target].find(({ properties }) => properties["isForCompensation"] === true);
      return (
        found &&
        `${describe(graph, flow.id)} is connected with ${describe(graph, found.id)}, which is for compensation.`
      );
    },
  ),
  relationRule(
    {
      id: "bpmn/no-duplicate-flow",
      severity: "warning",
      says: "No two sequence flows lead from the same source to the same target.",
    },
    function* (graph, flow) {
      if (!isFlow(flow)) return;
      const [first] = flowsFrom(graph, flow.source).filter(({ target }) => target === flow.target);
      if (first && first.id !== flow.id)
        yield {
          message: `${describe(graph, flow.id)} leads the same way as ${first.id}.`,
          relatedIds: [first.id],
        };
    },
  ),
  elementRule(
    {
      id: "bpmn/default-flow",
      severity: "error",
      says: "The default flow is one that leaves its owner, and has no condition.",
    },
    defaultFlow,
  ),
];

const isEndOfAssociation = (graph: Graph, { type }: Relation, id: string): boolean =>
  type === "association" && graph.relations.has(id);

function* defaultFlow(graph: Graph, element: Element): Iterable<Violation> {
  const id = element.properties["default"];
  if (typeof id !== "string") return;
  const flow = graph.relations.get(id);
  if (flow?.type !== "sequenceFlow" || flow.source !== element.id)
    yield {
      message: `The default flow of ${describe(graph, element.id)} is ${describe(graph, id)}, which does not leave it.`,
      relatedIds: [id],
    };
  else if (flow.properties["conditionExpression"] !== undefined)
    yield {
      message: `${describe(graph, id)} is the default flow of ${describe(graph, element.id)} and has a condition; take one of both away.`,
      relatedIds: [id],
    };
}

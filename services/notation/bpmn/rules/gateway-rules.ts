import { elementRule, relationRule } from "../../make-rule.ts";
import type { Rule } from "../../notation.ts";
import { describe, eventTypes } from "../model-queries.ts";
import { flowsFrom, flowsTo } from "./flow-rules.ts";

const DECIDING = new Set(["exclusiveGateway", "inclusiveGateway", "complexGateway"]);
const UNCONDITIONAL = new Set(["parallelGateway", "eventBasedGateway", "startEvent"]);
const AWAITED = new Set([
  "messageEventDefinition",
  "timerEventDefinition",
  "conditionalEventDefinition",
  "signalEventDefinition",
]);

export const GATEWAY_RULES: readonly Rule[] = [
  elementRule(
    {
      id: "bpmn/gateway-conditions",
      severity: "warning",
      says: "Each way out of a deciding gateway has a name or a condition, or is the default.",
    },
    function* (graph, gateway) {
      const flows = DECIDING.has(gateway.type) ? flowsFrom(graph, gateway.id) : [];
      if (flows.length < 2) return;
      for (const { id, name, properties } of flows)
        if (
          name === "" &&
          properties["conditionExpression"] === undefined &&
          gateway.properties["default"] !== id
        )
          yield {
            message: `${describe(graph, id)} leaves ${describe(graph, gateway.id)} without a name or condition.`,
            relatedIds: [id],
          };
    },
  ),
  elementRule(
    {
      id: "bpmn/event-gateway-targets",
      severity: "error",
      says: "An event-based gateway leads to receive tasks and to catch events for messages, timers, conditions or signals.",
    },
    function* (graph, gateway) {
      if (gateway.type !== "eventBasedGateway") return;
      for (const flow of flowsFrom(graph, gateway.id)) {
        const target = graph.elements.get(flow.target);
        if (!target || target.type === "receiveTask") continue;
        const types = eventTypes(target);
        if (target.type !== "intermediateCatchEvent" || !types.every((type) => AWAITED.has(type)))
          yield {
            message: `${describe(graph, gateway.id)} waits for events and cannot lead to ${describe(graph, target.id)}.`,
            relatedIds: [flow.id, target.id],
          };
      }
    },
  ),
  elementRule(
    {
      id: "bpmn/event-gateway-only-way",
      severity: "warning",
      says: "What an event-based gateway leads to has no other way in.",
    },
    function* (graph, element) {
      const flows = flowsTo(graph, element.id);
      if (flows.length < 2) return;
      const gateway = flows.find(({ source }) => graph.elements.get(source)?.type === "eventBasedGateway");
      if (gateway)
        yield {
          message: `${describe(graph, element.id)} is awaited by ${describe(graph, gateway.source)} and reached in other ways, too.`,
          relatedIds: flows.map(({ id }) => id),
        };
    },
  ),
  elementRule(
    {
      id: "bpmn/event-gateway-ways",
      severity: "warning",
      says: "An event-based gateway has at least two ways out.",
    },
    function* (graph, { id, type }) {
      if (type === "eventBasedGateway" && flowsFrom(graph, id).length === 1)
        yield { message: `${describe(graph, id)} waits for one event only.` };
    },
  ),
  relationRule(
    {
      id: "bpmn/condition-without-choice",
      severity: "warning",
      says: "A flow out of a parallel or event-based gateway or a start event has no condition.",
    },
    function* (graph, flow) {
      const source = graph.elements.get(flow.source);
      if (flow.properties["conditionExpression"] !== undefined && source && UNCONDITIONAL.has(source.type))
        yield {
          message: `The condition of ${describe(graph, flow.id)} has no effect: it leaves ${describe(graph, source.id)}.`,
          relatedIds: [source.id],
        };
    },
  ),
];

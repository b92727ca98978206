import type { Element, Graph } from "../../graph.ts";
import { elementRule } from "../../make-rule.ts";
import { childrenIn } from "../../model-index.ts";
import type { Rule } from "../../notation.ts";
import { describe, eventTypes, isActivity, isEvent, textProperty } from "../model-queries.ts";

const words = (text: string): ReadonlySet<string> =>
  new Set(text.split(" ").map((word) => `${word}EventDefinition`));

/** What each kind of event can wait for or bring about. */
const ALLOWED: Readonly<Record<string, ReadonlySet<string>>> = {
  startEvent: words("message timer conditional signal error escalation compensate"),
  intermediateCatchEvent: words("message timer conditional signal link"),
  intermediateThrowEvent: words("message signal escalation compensate link"),
  boundaryEvent: words("message timer conditional signal error escalation compensate cancel"),
  endEvent: words("message signal error escalation compensate cancel terminate"),
};
/** They start event subprocesses only. */
const INNER_STARTS = words("error escalation compensate");

export const EVENT_RULES: readonly Rule[] = [
  elementRule(
    {
      id: "bpmn/boundary-attached",
      severity: "error",
      says: "A boundary event is attached to an activity of the same process or subprocess.",
    },
    function* (graph, event) {
      if (event.type !== "boundaryEvent") return;
      const id = textProperty(event, "attachedToRef");
      const activity = graph.elements.get(id ?? "");
      if (activity && isActivity(activity.type) && activity.parent === event.parent) return;
      const to = id === undefined ? "to nothing" : `to ${describe(graph, id)}`;
      yield {
        message: `${describe(graph, event.id)} is attached ${to}; set attachedToRef to an activity beside it.`,
        ...(id !== undefined && { relatedIds: [id] }),
      };
    },
  ),
  elementRule(
    {
      id: "bpmn/boundary-trigger",
      severity: "warning",
      says: "A boundary event says what triggers it.",
    },
    function* (graph, event) {
      if (event.type === "boundaryEvent" && isPlain(event))
        yield {
          message: `${describe(graph, event.id)} has no event definition, such as a timer or an error.`,
        };
    },
  ),
  elementRule(
    {
      id: "bpmn/event-definitions",
      severity: "error",
      says: "An event has only event definitions that are possible where it stands.",
    },
    function* (graph, event) {
      const allowed = ALLOWED[event.type];
      if (!allowed) return;
      for (const type of eventTypes(event))
        if (!allowed.has(type))
          yield {
            message: `${describe(graph, event.id)} cannot have a ${type}; possible are ${[...allowed].join(", ")}.`,
          };
    },
  ),
  elementRule(
    {
      id: "bpmn/start-trigger",
      severity: "warning",
      says: "Errors, escalations and compensations start event subprocesses only, and an event subprocess says what starts it.",
    },
    function* (graph, event) {
      if (event.type !== "startEvent") return;
      const container = graph.elements.get(event.parent ?? "");
      const isInner = container?.properties["triggeredByEvent"] === true;
      if (isInner && isPlain(event))
        yield {
          message: `${describe(graph, event.id)} starts an event subprocess and needs an event definition.`,
        };
      const wrong = isInner ? undefined : eventTypes(event).find((type) => INNER_STARTS.has(type));
      if (wrong !== undefined)
        yield {
          message: `${describe(graph, event.id)} has a ${wrong}, which starts event subprocesses only.`,
        };
    },
  ),
  elementRule(
    {
      id: "bpmn/event-subprocess-start",
      severity: "warning",
      says: "An event subprocess has exactly one start event.",
    },
    function* (graph, { id, properties }) {
      if (properties["triggeredByEvent"] !== true) return;
      const starts = childrenIn(graph, id).filter(({ type }) => type === "startEvent");
      if (starts.length !== 1)
        yield {
          message: `${describe(graph, id)} is an event subprocess with ${starts.length} start events.`,
        };
    },
  ),
  elementRule(
    {
      id: "bpmn/link-pairs",
      severity: "warning",
      says: "A link that is thrown is caught by one of the same name in the same process or subprocess, and the other way round.",
    },
    function* (graph, event) {
      const name = linkName(event);
      if (name === undefined) return;
      const other =
        event.type === "intermediateThrowEvent" ? "intermediateCatchEvent" : "intermediateThrowEvent";
      const beside = childrenIn(graph, event.parent ?? "");
      const isPaired = beside.some((element) => element.type === other && linkName(element) === name);
      if (!isPaired)
        yield {
          message: `${describe(graph, event.id)} is a link named "${name}" without a ${other} of that name.`,
        };
    },
  ),
  elementRule(
    {
      id: "bpmn/called-element",
      severity: "warning",
      says: "A call activity says what it calls.",
    },
    function* (graph: Graph, { id, type, properties }) {
      if (type === "callActivity" && properties["calledElement"] === undefined)
        yield { message: `${describe(graph, id)} has no calledElement.` };
    },
  ),
];

const isPlain = (event: Element): boolean =>
  eventTypes(event).length === 0 && event.properties["eventDefinitionRef"] === undefined;

/** The link's name, or the event's where the definition has none; undefined: it is no link. */
function linkName(event: Element): string | undefined {
  const definitions = isEvent(event.type) ? event.properties["eventDefinitions"] : undefined;
  if (!Array.isArray(definitions)) return undefined;
  const link = (definitions as readonly { type?: unknown; name?: unknown }[]).find(
    (definition) => definition?.type === "linkEventDefinition",
  );
  if (!link) return undefined;
  return typeof link.name === "string" && link.name !== "" ? link.name : event.name;
}

import { flow, link, timer, type RuleCase } from "./rule-case.ts";

/** Models that keep a rule of BPMN, and models that break it. */
export const EVENT_CASES: readonly RuleCase[] = [
  {
    rule: "event-gateway-targets",
    because: "events are awaited",
    elements: [
      ["x", "eventBasedGateway", "P"],
      ["t", "intermediateCatchEvent", "P", timer],
      ["r", "receiveTask", "P"],
    ],
    relations: [flow("f", "x", "wait"), flow("g", "x", "t"), flow("h", "x", "r")],
  },
  {
    rule: "event-gateway-targets",
    because: "a task is no event",
    elements: [["x", "eventBasedGateway", "P"]],
    relations: [flow("f", "x", "task")],
    about: "x",
  },
  {
    rule: "event-gateway-only-way",
    because: "there is another way in",
    elements: [["x", "eventBasedGateway", "P"]],
    relations: [flow("f", "x", "wait"), flow("g", "task", "wait")],
    about: "wait",
  },
  {
    rule: "event-gateway-only-way",
    because: "there is none",
    elements: [["x", "eventBasedGateway", "P"]],
    relations: [flow("f", "x", "wait")],
  },
  {
    rule: "event-gateway-ways",
    because: "there is one way only",
    elements: [["x", "eventBasedGateway", "P"]],
    relations: [flow("f", "x", "wait")],
    about: "x",
  },
  {
    rule: "event-gateway-ways",
    because: "there are two",
    elements: [
      ["x", "eventBasedGateway", "P"],
      ["t", "intermediateCatchEvent", "P", timer],
    ],
    relations: [flow("f", "x", "wait"), flow("g", "x", "t")],
  },
  {
    rule: "boundary-attached",
    because: "it is attached to a task beside it",
    elements: [["x", "boundaryEvent", "P", { attachedToRef: "task", ...timer }]],
  },
  {
    rule: "boundary-attached",
    because: "it is attached to nothing",
    elements: [["x", "boundaryEvent", "P"]],
    about: "x",
  },
  {
    rule: "boundary-attached",
    because: "it is attached to a gateway",
    elements: [["x", "boundaryEvent", "P", { attachedToRef: "gate" }]],
    about: "x",
  },
  {
    rule: "boundary-attached",
    because: "it is attached to a task elsewhere",
    elements: [["x", "boundaryEvent", "P", { attachedToRef: "inner" }]],
    about: "x",
  },
  {
    rule: "boundary-trigger",
    because: "it says what triggers it",
    elements: [["x", "boundaryEvent", "P", { attachedToRef: "task", ...timer }]],
  },
  {
    rule: "boundary-trigger",
    because: "it does not",
    elements: [["x", "boundaryEvent", "P", { attachedToRef: "task" }]],
    about: "x",
  },
  { rule: "event-definitions", because: "a timer starts", elements: [["x", "startEvent", "P", timer]] },
  {
    rule: "event-definitions",
    because: "a timer ends",
    elements: [["x", "endEvent", "P", timer]],
    about: "x",
  },
  {
    rule: "start-trigger",
    because: "an error starts an event subprocess",
    elements: [
      ["x", "subProcess", "P", { triggeredByEvent: true }],
      ["s", "startEvent", "x", { eventDefinitions: [{ type: "errorEventDefinition" }] }],
    ],
  },
  {
    rule: "start-trigger",
    because: "an error starts a process",
    elements: [["x", "startEvent", "P", { eventDefinitions: [{ type: "errorEventDefinition" }] }]],
    about: "x",
  },
  {
    rule: "start-trigger",
    because: "nothing starts an event subprocess",
    elements: [
      ["x", "subProcess", "P", { triggeredByEvent: true }],
      ["s", "startEvent", "x"],
    ],
    about: "s",
  },
  {
    rule: "event-subprocess-start",
    because: "it has no start event",
    elements: [["x", "subProcess", "P", { triggeredByEvent: true }]],
    about: "x",
  },
  {
    rule: "event-subprocess-start",
    because: "it has one",
    elements: [
      ["x", "subProcess", "P", { triggeredByEvent: true }],
      ["s", "startEvent", "x", timer],
    ],
  },
  {
    rule: "link-pairs",
    because: "what is thrown is caught",
    elements: [
      ["x", "intermediateThrowEvent", "P", link("A")],
      ["y", "intermediateCatchEvent", "P", link("A")],
    ],
  },
  {
    rule: "link-pairs",
    because: "it is caught under another name",
    elements: [
      ["x", "intermediateThrowEvent", "P", link("A")],
      ["y", "intermediateCatchEvent", "P", link("B")],
    ],
    about: "x",
  },
  {
    rule: "called-element",
    because: "it calls something",
    elements: [["x", "callActivity", "P", { calledElement: "Q" }]],
  },
  { rule: "called-element", because: "it calls nothing", elements: [["x", "callActivity", "P"]], about: "x" },
];

import { type RuleCase } from "./rule-case.ts";

/** Models that keep a rule of BPMN, and models that break it. */
export const STRUCTURE_CASES: readonly RuleCase[] = [
  { rule: "containment", because: "a task is in a process", elements: [["x", "task", "P"]] },
  { rule: "containment", because: "a message is in the model itself", elements: [["x", "message"]] },
  { rule: "containment", because: "lanes nest", elements: [["x", "lane", "L"]] },
  { rule: "containment", because: "a process has inputs", elements: [["x", "dataInput", "P"]] },
  { rule: "containment", because: "a task is in nothing", elements: [["x", "task"]], about: "x" },
  { rule: "containment", because: "a task is in a lane", elements: [["x", "task", "L"]], about: "x" },
  { rule: "containment", because: "a task is in a pool", elements: [["x", "task", "PoolP"]], about: "x" },
  { rule: "containment", because: "a task is in a task", elements: [["x", "task", "task"]], about: "x" },
  {
    rule: "containment",
    because: "a lane is in a collaboration",
    elements: [["x", "lane", "C"]],
    about: "x",
  },
  {
    rule: "containment",
    because: "a pool is in a process",
    elements: [["x", "participant", "P"]],
    about: "x",
  },
  {
    rule: "containment",
    because: "its container is not there",
    elements: [["x", "task", "nowhere"]],
    about: "x",
  },
  { rule: "no-containment-cycle", because: "subprocesses nest", elements: [["x", "subProcess", "S"]] },
  {
    rule: "no-containment-cycle",
    because: "a subprocess is within itself",
    elements: [
      ["x", "subProcess", "y"],
      ["y", "subProcess", "x"],
    ],
    about: "x",
  },
  {
    rule: "lane-of-process",
    because: "the lane is of its process",
    elements: [["x", "task", "Q", { lane: "L" }]],
  },
  {
    rule: "lane-of-process",
    because: "the lane is of another process",
    elements: [["x", "task", "P", { lane: "L" }]],
    about: "x",
  },
  { rule: "pool-of-process", because: "a pool may be a black box", elements: [["x", "participant", "C"]] },
  {
    rule: "pool-of-process",
    because: "two pools show one process",
    elements: [["x", "participant", "C", { processRef: "P" }]],
    about: "x",
  },
  {
    rule: "properties",
    because: "it has what BPMN knows",
    elements: [["x", "userTask", "P", { isForCompensation: false, startQuantity: 2, implementation: "x" }]],
  },
  {
    rule: "properties",
    because: "a task has no color",
    elements: [["x", "task", "P", { color: "red" }]],
    about: "x",
  },
  {
    rule: "properties",
    because: "true is no text",
    elements: [["x", "task", "P", { isForCompensation: "yes" }]],
    about: "x",
  },
  {
    rule: "properties",
    because: "an event definition has a type",
    elements: [["x", "startEvent", "P", { eventDefinitions: [{ timeDuration: "PT1H" }] }]],
    about: "x",
  },
  {
    rule: "properties",
    because: "an association has no name",
    relations: [["a", "association", "task", "note", {}, "n"]],
    about: "a",
  },
  { rule: "required", because: "all is said", elements: [["x", "startEvent", "P"]] },
  {
    rule: "required",
    because: "a choreography task has no participants",
    elements: [
      ["X", "choreography"],
      ["x", "choreographyTask", "X"],
    ],
    about: "x",
  },
  {
    rule: "references",
    because: "it names a message",
    elements: [["x", "sendTask", "P", { messageRef: "message" }]],
  },
  {
    rule: "references",
    because: "it names a task",
    elements: [["x", "sendTask", "P", { messageRef: "task" }]],
    about: "x",
  },
  {
    rule: "references",
    because: "an event definition names nothing that is there",
    elements: [
      [
        "x",
        "startEvent",
        "P",
        { eventDefinitions: [{ type: "messageEventDefinition", messageRef: "gone" }] },
      ],
    ],
    about: "x",
  },
];

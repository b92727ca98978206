import { type RuleCase } from "./rule-case.ts";

/** Models that keep a rule of BPMN, and models that break it. */
export const RELATION_CASES: readonly RuleCase[] = [
  {
    rule: "relation-has-place",
    because: "there is a collaboration",
    relations: [["m", "messageFlow", "task", "far"]],
  },
  {
    rule: "message-flow-ends",
    because: "a task sends to a pool",
    relations: [["m", "messageFlow", "task", "PoolQ"]],
  },
  {
    rule: "message-flow-ends",
    because: "a gateway sends",
    relations: [["m", "messageFlow", "gate", "far"]],
    about: "m",
  },
  {
    rule: "message-flow-ends",
    because: "a start event sends",
    relations: [["m", "messageFlow", "start", "far"]],
    about: "m",
  },
  {
    rule: "message-flow-ends",
    because: "an end event receives",
    relations: [["m", "messageFlow", "far", "end"]],
    about: "m",
  },
  {
    rule: "message-flow-between-pools",
    because: "pool to pool",
    relations: [["m", "messageFlow", "PoolP", "PoolQ"]],
  },
  {
    rule: "message-flow-between-pools",
    because: "within one pool",
    relations: [["m", "messageFlow", "task", "other"]],
    about: "m",
  },
  {
    rule: "message-flow-between-pools",
    because: "from a task to its own pool",
    relations: [["m", "messageFlow", "task", "PoolP"]],
    about: "m",
  },
  {
    rule: "data-input",
    because: "data to a task",
    relations: [["d", "dataInputAssociation", "data", "task"]],
  },
  {
    rule: "data-input",
    because: "data to a gateway",
    relations: [["d", "dataInputAssociation", "data", "gate"]],
    about: "d",
  },
  {
    rule: "data-output",
    because: "a task to data",
    relations: [["d", "dataOutputAssociation", "task", "data"]],
  },
  {
    rule: "data-output",
    because: "a task to a note",
    relations: [["d", "dataOutputAssociation", "task", "note"]],
    about: "d",
  },
  {
    rule: "association-ends",
    because: "a task to a note",
    relations: [["a", "association", "task", "note"]],
  },
  {
    rule: "association-ends",
    because: "a task to a task",
    relations: [["a", "association", "task", "other"]],
    about: "a",
  },
  {
    rule: "conversation-link-ends",
    because: "a pool to a conversation",
    elements: [["x", "conversation", "C"]],
    relations: [["c", "conversationLink", "PoolP", "x"]],
  },
  {
    rule: "conversation-link-ends",
    because: "a pool to a pool",
    relations: [["c", "conversationLink", "PoolP", "PoolQ"]],
    about: "c",
  },
];

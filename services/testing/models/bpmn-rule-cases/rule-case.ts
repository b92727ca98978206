import {
  emptyGraph,
  type Element,
  type Graph,
  type Properties,
  type Relation,
} from "../../../notation/graph.ts";

export type E = readonly [id: string, type: string, parent?: string, properties?: Properties];
export type R = readonly [
  id: string,
  type: string,
  source: string,
  target: string,
  properties?: Properties,
  name?: string,
];

/** A collaboration of two pools, the second with lanes; P has a subprocess S. */
const BASE: readonly E[] = [
  ["C", "collaboration"],
  ["PoolP", "participant", "C", { processRef: "P" }],
  ["PoolQ", "participant", "C", { processRef: "Q" }],
  ["P", "process"],
  ["Q", "process"],
  ["L", "lane", "Q"],
  ["start", "startEvent", "P"],
  ["task", "task", "P"],
  ["other", "userTask", "P"],
  ["gate", "exclusiveGateway", "P"],
  ["end", "endEvent", "P"],
  ["S", "subProcess", "P"],
  ["inner", "task", "S"],
  ["far", "receiveTask", "Q", { lane: "L" }],
  ["wait", "intermediateCatchEvent", "P", { eventDefinitions: [{ type: "messageEventDefinition" }] }],
  ["data", "dataObjectReference", "P"],
  ["note", "textAnnotation", "P"],
  ["message", "message"],
];

/** The base with more in it. */
export function graphOf(elements: readonly E[], relations: readonly R[]): Graph {
  const made = [...BASE, ...elements].map(([id, type, parent, properties = {}]): Element => {
    const place = parent === undefined ? {} : { parent };
    return { id, type, name: "", documentation: "", properties, ...place };
  });
  const lines = relations.map(([id, type, source, target, properties = {}, name = ""]): Relation => {
    return { id, type, name, source, target, documentation: "", properties };
  });
  return {
    ...emptyGraph("bpmn"),
    elements: new Map(made.map((element) => [element.id, element])),
    relations: new Map(lines.map((relation) => [relation.id, relation])),
  };
}

export const flow = (
  id: string,
  source: string,
  target: string,
  properties?: Properties,
  name?: string,
): R => [id, "sequenceFlow", source, target, properties, name];
export const timer = { eventDefinitions: [{ type: "timerEventDefinition", timeDuration: "PT1H" }] };
export const link = (name: string) => ({ eventDefinitions: [{ type: "linkEventDefinition", name }] });
export const compensation = {
  eventDefinitions: [{ type: "compensateEventDefinition" }],
  attachedToRef: "task",
};

export interface RuleCase {
  readonly rule: string;
  readonly because: string;
  readonly elements?: readonly E[];
  readonly relations?: readonly R[];
  /** What is said about; none: all is well. */
  readonly about?: string;
}

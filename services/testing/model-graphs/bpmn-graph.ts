import type { Graph } from "../../notation/graph.ts";
import { ModelBuilder } from "./model-builder.ts";

const TASKS = ["task", "userTask", "serviceTask", "scriptTask", "businessRuleTask", "callActivity"];

/** Processes of about sixty elements each, in a collaboration: chains, choices, parallel branches, loops, subprocesses. */
export function bpmnGraph(size: number, seed: number): Graph {
  const model = new ModelBuilder("bpmn", seed);
  const collaboration = model.element("collaboration", { name: "" });
  const starts: string[] = [];
  while (model.size < size) starts.push(addProcess(model, collaboration, Math.min(60, size - model.size)));
  for (const [i, source] of starts.entries()) {
    const target = starts[i + 1];
    if (target !== undefined) model.relation("messageFlow", source, target, { parent: collaboration });
  }
  return model.graph("Generated processes", ({ type }) => type !== "process" && type !== "collaboration");
}

/** Answers a task that may send messages; the process itself where it has none. */
function addProcess(model: ModelBuilder, collaboration: string, size: number): string {
  const end = model.size + size;
  const process = model.element("process", { properties: { isExecutable: true } });
  const participant = model.element("participant", {
    parent: collaboration,
    properties: { processRef: process },
  });
  let last = model.element("startEvent", { parent: process });
  const tasks: string[] = [];
  while (model.size < end - 1) last = addStep(model, process, last, tasks, end - model.size);
  follow(model, process, last, model.element("endEvent", { parent: process }));
  return tasks[0] ?? participant;
}

function addStep(model: ModelBuilder, parent: string, last: string, tasks: string[], room: number): string {
  if (room > 6 && model.chance(0.25)) return addBranches(model, parent, last, room);
  if (room > 8 && model.chance(0.08)) return addSubProcess(model, parent, last);
  const task = model.element(model.pick(TASKS), { parent });
  follow(model, parent, last, task);
  const back = model.pick(tasks.length > 0 ? tasks : [task]);
  tasks.push(task);
  if (room > 5 && model.chance(0.06)) return addLoop(model, parent, task, back);
  if (room > 4 && model.chance(0.06)) addBoundaryEvent(model, parent, task);
  return task;
}

function addBranches(model: ModelBuilder, parent: string, last: string, room: number): string {
  const type = model.pick(["exclusiveGateway", "parallelGateway", "inclusiveGateway"]);
  const split = model.element(type, { parent });
  follow(model, parent, last, split);
  const join = model.element(type, { parent, name: "" });
  const branches = Math.min(2 + model.below(3), room - 3);
  for (let i = 0; i < branches; i++) {
    const task = model.element(model.pick(TASKS), { parent });
    follow(model, parent, split, task, type === "parallelGateway" ? "" : `case ${i}`);
    follow(model, parent, task, join);
  }
  return join;
}

function addSubProcess(model: ModelBuilder, parent: string, last: string): string {
  const inside = model.element("subProcess", { parent });
  follow(model, parent, last, inside);
  const start = model.element("startEvent", { parent: inside, name: "" });
  const task = model.element("userTask", { parent: inside });
  follow(model, inside, start, task);
  follow(model, inside, task, model.element("endEvent", { parent: inside, name: "" }));
  return inside;
}

function addLoop(model: ModelBuilder, parent: string, task: string, back: string): string {
  const again = model.element("exclusiveGateway", { parent, name: "Again?" });
  follow(model, parent, task, again);
  follow(model, parent, again, back, "yes");
  return again;
}

function addBoundaryEvent(model: ModelBuilder, parent: string, task: string): void {
  const properties = { attachedToRef: task, eventDefinitions: [{ type: "timer", timeDuration: "PT1H" }] };
  const event = model.element("boundaryEvent", { parent, properties });
  follow(model, parent, event, model.element("endEvent", { parent }));
}

function follow(model: ModelBuilder, parent: string, source: string, target: string, name = ""): void {
  model.relation("sequenceFlow", source, target, { parent, name });
}

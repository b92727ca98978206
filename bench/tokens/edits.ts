import type { JsonObject } from "@bufbuild/protobuf";
import type { Element, Graph, Relation } from "../../services/notation/graph.ts";

/** What somebody asks an agent to do with a process, as the operations of a patch; undefined where it does not fit. */
export interface Edit {
  readonly asked: string;
  operations(model: Process): JsonObject[] | undefined;
}

const byId = (nodeId: string) => ({ nodeId });
const made = (createdBy: string) => ({ createdBy });

/** Tasks of a process with one way in and one way out, by which edits find their way. */
export class Process {
  readonly graph: Graph;
  readonly tasks: readonly Element[];
  readonly #in: ReadonlyMap<string, Relation>;
  readonly #out: ReadonlyMap<string, Relation>;

  constructor(graph: Graph) {
    this.graph = graph;
    const flows = [...graph.relations.values()].filter(({ type }) => type === "sequenceFlow");
    this.#in = onlyOnes(flows, ({ target }) => target);
    this.#out = onlyOnes(flows, ({ source }) => source);
    this.tasks = [...graph.elements.values()].filter(
      ({ id, type }) => /task$/i.test(type) && this.#in.has(id) && this.#out.has(id),
    );
  }

  /** The n-th of the tasks, from the middle. */
  task(n: number): Element | undefined {
    return this.tasks[(Math.floor(this.tasks.length / 2) + n) % Math.max(this.tasks.length, 1)];
  }

  flowFrom(id: string): Relation | undefined {
    return this.#out.get(id);
  }

  /** Tasks one after the other. */
  chain(length: number): Element[] | undefined {
    for (const first of this.tasks) {
      const found = [first];
      for (let at: Element | undefined = first; found.length < length && at;) {
        const next: string | undefined = this.#out.get(at.id)?.target;
        at = this.tasks.find(({ id, parent }) => id === next && parent === first.parent);
        if (at && !found.includes(at)) found.push(at);
        else break;
      }
      if (found.length === length) return found;
    }
    return undefined;
  }
}

function onlyOnes(flows: readonly Relation[], endOf: (flow: Relation) => string): Map<string, Relation> {
  const groups = Map.groupBy(flows, endOf);
  return new Map(
    [...groups].flatMap(([id, [one, ...more]]) => (one && more.length === 0 ? [[id, one]] : [])),
  );
}

/** With a task, and what comes after it. */
const after =
  (n: number, write: (task: Element, flow: Relation) => JsonObject[]) =>
  (model: Process): JsonObject[] | undefined => {
    const task = model.task(n);
    const flow = task && model.flowFrom(task.id);
    return task && flow && write(task, flow);
  };

/** With tasks one after the other. */
const along =
  (length: number, write: (chain: Element[], flows: (Relation | undefined)[]) => JsonObject[]) =>
  (model: Process): JsonObject[] | undefined => {
    const chain = model.chain(length);
    return (
      chain &&
      write(
        chain,
        chain.map(({ id }) => model.flowFrom(id)),
      )
    );
  };

const add = (id: string, type: string, name: string, near: JsonObject): JsonObject => ({
  id,
  addNode: { type, name, near },
});
const connect = (id: string, source: JsonObject, target: JsonObject, name = ""): JsonObject => ({
  id,
  connect: { source, target, ...(name !== "" && { name }) },
});
const idOf = (element: Element | undefined) => byId(element?.id ?? "");

export const EDITS: readonly Edit[] = [
  {
    asked: "rename a task",
    operations: after(0, ({ id }) => [{ id: "1", rename: { target: byId(id), name: "Check credit" } }]),
  },
  {
    asked: "add a task after another",
    operations: after(1, ({ id }, flow) => [
      add("1", "userTask", "Check credit", byId(id)),
      { id: "2", reconnect: { relation: byId(flow.id), source: made("1") } },
      connect("3", byId(id), made("1")),
    ]),
  },
  {
    asked: "remove a task and close the gap",
    operations: after(2, ({ id }) => [{ id: "1", removeNode: { target: byId(id), bridge: true } }]),
  },
  {
    asked: "remove a task with its flows",
    operations: after(3, ({ id }) => [{ id: "1", removeNode: { target: byId(id) } }]),
  },
  {
    asked: "put a decision with a way to refuse after a task",
    operations: after(4, ({ id }, flow) => [
      add("1", "exclusiveGateway", "Approved?", byId(id)),
      { id: "2", reconnect: { relation: byId(flow.id), source: made("1") } },
      connect("3", byId(id), made("1")),
      add("4", "sendTask", "Refuse", made("1")),
      connect("5", made("1"), made("4"), "no"),
      add("6", "endEvent", "Refused", made("4")),
      connect("7", made("4"), made("6")),
    ]),
  },
  {
    asked: "split a task in three",
    operations: after(5, ({ id, type }) => [
      {
        id: "1",
        replaceSubgraph: {
          targets: byId(id),
          nodes: ["Prepare", "Do", "Check"].map((name) => ({ id: name, type, name })),
          edges: [
            { source: "Prepare", target: "Do" },
            { source: "Do", target: "Check" },
          ],
        },
      },
    ]),
  },
  {
    asked: "replace two tasks by one service",
    operations: along(4, ([before, , , next]) => [
      {
        id: "1",
        replaceSubgraph: {
          targets: { byPath: { from: idOf(before), to: idOf(next) }, all: true },
          nodes: [{ id: "s", type: "serviceTask", name: "Do it by machine" }],
        },
      },
    ]),
  },
  {
    asked: "put two tasks into a subprocess",
    operations: along(4, ([before, , , next]) => [
      {
        id: "1",
        group: {
          targets: { byPath: { from: idOf(before), to: idOf(next) }, all: true },
          type: "subProcess",
          name: "Handling",
        },
      },
    ]),
  },
  {
    asked: "remove a whole process",
    operations: ({ graph }) => {
      const pool = [...graph.elements.values()].find(
        ({ type, properties }) => type === "participant" && properties["processRef"],
      );
      const process = [...graph.elements.values()].find(({ type }) => type === "process");
      return (
        process && [
          {
            id: "1",
            removeNode: { target: byId(pool ? String(pool.properties["processRef"]) : process.id) },
          },
        ]
      );
    },
  },
  {
    asked: "mark every user task as planned",
    operations: () => [
      {
        id: "1",
        setLifecycle: { target: { byType: { type: "userTask" }, all: true }, lifecycle: "LIFECYCLE_PLANNED" },
      },
    ],
  },
  {
    asked: "make every script task a service task",
    operations: () => [
      { id: "1", updateNode: { target: { byType: { type: "scriptTask" }, all: true }, type: "serviceTask" } },
    ],
  },
  {
    asked: "say of every task who answers for it",
    operations: () => [
      {
        id: "1",
        updateNode: {
          target: { byType: { type: "task" }, all: true },
          documentation: "Sales answers for it.",
        },
      },
    ],
  },
  {
    asked: "remove every script task and close the gaps",
    operations: () => [
      { id: "1", removeNode: { target: { byType: { type: "scriptTask" }, all: true }, bridge: true } },
    ],
  },
  {
    asked: "do two things at the same time",
    operations: along(3, ([before, one], [into, out]): JsonObject[] => [
      add("1", "parallelGateway", "", idOf(before)),
      { id: "2", reconnect: { relation: byId(into?.id ?? ""), target: made("1") } },
      connect("3", made("1"), idOf(one)),
      add("4", "userTask", "Tell the customer", idOf(one)),
      connect("5", made("1"), made("4")),
      add("6", "parallelGateway", "", idOf(one)),
      { id: "7", reconnect: { relation: byId(out?.id ?? ""), source: made("6") } },
      connect("8", idOf(one), made("6")),
      connect("9", made("4"), made("6")),
    ]),
  },
  {
    asked: "add a reminder that comes when a task takes too long",
    operations: after(6, ({ id }) => [
      {
        id: "1",
        addNode: {
          type: "boundaryEvent",
          name: "Too late",
          near: byId(id),
          properties: {
            attachedToRef: id,
            cancelActivity: false,
            eventDefinitions: [{ type: "timerEventDefinition", timeDuration: "PT1H" }],
          },
        },
      },
      add("2", "sendTask", "Remind", byId(id)),
      connect("3", made("1"), made("2")),
    ]),
  },
  {
    asked: "go back when a check fails",
    operations: along(2, ([one, next], [, flow]) => [
      add("1", "exclusiveGateway", "Right?", idOf(next)),
      { id: "2", reconnect: { relation: byId(flow?.id ?? ""), source: made("1") } },
      connect("3", idOf(next), made("1")),
      connect("4", made("1"), idOf(one), "no"),
    ]),
  },
  {
    asked: "lead a flow to another task",
    operations: along(3, ([, , last], [flow]) => [
      { id: "1", reconnect: { relation: byId(flow?.id ?? ""), target: idOf(last) } },
    ]),
  },
  {
    asked: "write a remark on a task",
    operations: after(7, ({ id }): JsonObject[] => [
      {
        id: "1",
        addNode: { type: "textAnnotation", name: "Ask legal first.", near: byId(id) },
      },
      { id: "2", connect: { source: made("1"), target: byId(id), type: "association" } },
    ]),
  },
  {
    asked: "let two people look, one after the other",
    operations: after(8, ({ id }) => [
      {
        id: "1",
        replaceSubgraph: {
          targets: byId(id),
          nodes: [
            { id: "a", type: "userTask", name: "First look" },
            { id: "b", type: "userTask", name: "Second look" },
          ],
          edges: [{ source: "a", target: "b" }],
        },
      },
    ]),
  },
  {
    asked: "swap what is done for what is bought",
    operations: after(9, ({ id }) => [
      { id: "1", updateNode: { target: byId(id), type: "callActivity", name: "Have it done" } },
    ]),
  },
];

import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { JsonObject } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { compilePatch, type CompiledPatch } from "../../graphpatch/compile/index.ts";
import type { Element, Graph, Relation } from "../../notation/graph.ts";
import { operations } from "./operations.ts";
import { flow, task, toyGraph } from "./toy-graphs.ts";
import { toyKit } from "./toy-kit.ts";

const TASKS = 6;

/** Processes that have nothing to do with each other: chains of tasks with a start, an end, a timer and a note. */
export function processes(count = 3): Graph {
  const elements: Element[] = [];
  const relations: Relation[] = [];
  for (let p = 0; p < count; p++) {
    const parent = `P${p}`;
    const own = (id: string, name: string, more: Partial<Element> = {}) =>
      task(id, name, { parent, ...more });
    const { parent: _, ...root } = own(parent, `Process ${p}`, { type: "process" });
    elements.push(root, own(`S${p}`, "Start", { type: "startEvent" }));
    for (let i = 0; i < TASKS; i++) elements.push(own(`T${p}${i}`, `Task ${p}${i}`));
    const attached = { type: "timer", properties: { attachedToRef: `T${p}2` } };
    elements.push(own(`E${p}`, "End", { type: "endEvent" }), own(`W${p}`, "Too late", attached));
    elements.push(own(`N${p}`, "Remark", { type: "note" }));
    const chain = [`S${p}`, ...Array.from({ length: TASKS }, (_each, i) => `T${p}${i}`), `E${p}`];
    for (const [i, id] of chain.slice(1).entries())
      relations.push(flow(`F${p}${i}`, chain[i] ?? "", id, { parent }));
    relations.push(flow(`X${p}`, `N${p}`, `T${p}1`, { parent, type: "association" }));
  }
  return toyGraph(elements, relations);
}

type Draft = (made: readonly string[]) => JsonObject;

/** Operations within one of the processes, by ids, by names, and by what earlier ones create. */
function drafts(region: number): fc.Arbitrary<Draft> {
  const ids = [
    `S${region}`,
    `E${region}`,
    `W${region}`,
    `N${region}`,
    ...Array.from({ length: TASKS }, (_, i) => `T${region}${i}`),
  ];
  const flowIds = Array.from({ length: TASKS + 1 }, (_, i) => `F${region}${i}`);
  const text = fc.constantFrom("Check", "Ship", "Bill", "Wait", "");
  const element: fc.Arbitrary<(made: readonly string[]) => JsonObject> = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...ids).map((id) => () => ({ nodeId: id })) },
    {
      weight: 1,
      arbitrary: fc.nat(TASKS - 1).map((i) => () => ({ byType: { name: `task ${region}${i}` } })),
    },
    {
      weight: 5,
      arbitrary: fc.nat(20).map((n) => (made: readonly string[]): JsonObject => {
        const id = made[n % Math.max(made.length, 1)];
        return id === undefined ? { nodeId: ids[n % ids.length] ?? "" } : { createdBy: id };
      }),
    },
  );
  const relation = fc.constantFrom(...flowIds).map((nodeId) => ({ nodeId }));
  const type = fc.constantFrom("task", "userTask", "gateway", "note", "startEvent");
  const bounds = fc.record({
    x: fc.nat(900),
    y: fc.nat(900),
    width: fc.constant(90),
    height: fc.constant(70),
  });
  const nodes = fc.array(fc.record({ type: fc.constantFrom("task", "userTask"), name: text }), {
    minLength: 1,
    maxLength: 2,
  });
  return fc.oneof(
    fc.tuple(type, text, element).map(([kind, name, near]): Draft => (made) => ({
      addNode: { type: kind, name, near: near(made) },
    })),
    fc.tuple(element, element, text).map(([source, target, name]): Draft => (made) => ({
      connect: { source: source(made), target: target(made), name },
    })),
    fc.tuple(element, fc.boolean()).map(([target, bridge]): Draft => (made) => ({
      removeNode: { target: target(made), bridge },
    })),
    fc.tuple(element, text).map(([target, name]): Draft => (made) => ({
      rename: { target: target(made), name },
    })),
    fc.tuple(element, type, text).map(([target, kind, name]): Draft => (made) => ({
      updateNode: { target: target(made), type: kind, documentation: name, properties: { note: name } },
    })),
    fc.tuple(relation, element).map(([each, target]): Draft => (made) => ({
      reconnect: { relation: each, target: target(made) },
    })),
    relation.map((each): Draft => () => ({ disconnect: { relation: each } })),
    fc.tuple(element, element).map(([target, before]): Draft => (made) => ({
      move: { target: target(made), before: before(made) },
    })),
    fc.tuple(element, bounds).map(([node, at]): Draft => (made) => ({
      setBounds: { node: node(made), bounds: at },
    })),
    element.map((target): Draft => (made) => ({
      setLifecycle: { target: target(made), lifecycle: "LIFECYCLE_RETIRING" },
    })),
    fc.tuple(element, text).map(([targets, name]): Draft => (made) => ({
      group: { targets: targets(made), type: "group", name },
    })),
    fc.tuple(element, nodes).map(([targets, come]): Draft => (made) => ({
      replaceSubgraph: {
        targets: targets(made),
        nodes: come.map((node, i) => ({ id: `n${i}`, ...node })),
        edges: come.slice(1).map((_, i) => ({ source: `n${i}`, target: `n${i + 1}` })),
      },
    })),
  );
}

/** A patch within some of the processes, as it was drawn: not all of it is possible. */
export function randomOperations(
  regions: readonly number[],
  size: { minLength: number; maxLength: number },
  prefix: string,
): fc.Arbitrary<GraphOperation[]> {
  return fc.array(fc.oneof(...regions.map(drafts)), size).map((chosen) => {
    const made: string[] = [];
    return operations(
      ...chosen.map((draft, i) => {
        const id = `${prefix}${i}`;
        const operation = draft(made);
        if ("addNode" in operation || "group" in operation) made.push(id);
        return { id, ...operation };
      }),
    );
  });
}

/** What is left of the operations when those that are not possible are taken out, until the rest is. */
export function possiblePart(graph: Graph, drawn: readonly GraphOperation[], seed: string): CompiledPatch {
  let left = drawn;
  for (;;) {
    const compiled = compilePatch({ kit: toyKit(), graph, operations: left, seed });
    if (compiled.ok) return compiled;
    const wrong = new Set(
      compiled.problems.flatMap(({ severity, operationId }) => (severity === "error" ? [operationId] : [])),
    );
    const rest = left.filter(({ id }) => !wrong.has(id));
    left = rest.length === left.length ? left.slice(0, -1) : rest;
  }
}

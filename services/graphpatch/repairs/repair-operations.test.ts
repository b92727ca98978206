import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { describe, expect, it } from "vitest";
import { emptyGraph, type Element, type Graph, type Relation, type Value } from "../../notation/graph.ts";
import type { Vocabulary } from "../../notation/notation.ts";
import { repairOperations } from "./repair-operations.ts";

const TYPES = [
  "task",
  "exclusiveGateway",
  "parallelGateway",
  "startEvent",
  "endEvent",
  "boundaryEvent",
  "process",
];
const vocabulary = {
  elements: new Map(TYPES.map((name) => [name, { name, label: name, group: "" }])),
  usualRelation: () => "sequenceFlow",
} as unknown as Vocabulary;

const element = (id: string, type: string, name = "", properties: Record<string, Value> = {}): Element => ({
  id,
  type,
  name,
  parent: "P",
  documentation: "",
  properties,
});
const flow = (
  id: string,
  source: string,
  target: string,
  properties: Record<string, Value> = {},
): Relation => ({
  id,
  type: "sequenceFlow",
  name: "",
  source,
  target,
  parent: "P",
  documentation: "",
  properties,
});

function graphOf(elements: Element[], relations: Relation[], xs: Record<string, number> = {}): Graph {
  const nodes = Object.entries(xs).map(
    ([id, x]) =>
      [
        `${id}_di`,
        { id: `${id}_di`, element: id, bounds: { x, y: 0, width: 100, height: 80 }, properties: {} },
      ] as const,
  );
  const view = {
    id: "V",
    type: "",
    name: "",
    documentation: "",
    properties: {},
    nodes: new Map(nodes),
    connections: new Map(),
  };
  return {
    ...emptyGraph("bpmn"),
    elements: new Map(elements.map((one) => [one.id, one])),
    relations: new Map(relations.map((one) => [one.id, one])),
    views: new Map([["V", view]]),
  };
}

const repaired = (graph: Graph, repair: Parameters<typeof repairOperations>[2]) =>
  repairOperations({ vocabulary }, graph, repair).map(({ operation }: GraphOperation) => operation.value);
const byId = (value: string) => ({ selector: { case: "nodeId", value } });

describe("labelling the unnamed", () => {
  it("names activities, deciding gateways and events after their neighbours, each differently", () => {
    const graph = graphOf(
      [
        element("S", "startEvent"),
        element("A", "task", "Receive order"),
        element("B", "task"),
        element("C", "task"),
        element("G", "exclusiveGateway"),
        element("J", "exclusiveGateway"),
        element("X", "parallelGateway"),
      ],
      [
        flow("1", "S", "A"),
        flow("2", "A", "B"),
        flow("3", "A", "C"),
        flow("4", "G", "B"),
        flow("5", "G", "C"),
        flow("6", "B", "J"),
      ],
    );
    expect(repaired(graph, "label_unnamed")).toMatchObject([
      { target: byId("S"), name: "Start of “Receive order”" },
      { target: byId("B"), name: "task after “Receive order”" },
      { target: byId("C"), name: "task after “Receive order” (2)" },
      { target: byId("G"), name: "Which way?" },
    ]);
  });

  it("does nothing where all have names", () => {
    expect(repaired(graphOf([element("A", "task", "Receive order")], []), "label_unnamed")).toEqual([]);
  });
});

describe("adding default flows", () => {
  const gateway = (properties: Record<string, Value> = {}) =>
    graphOf(
      [
        element("G", "exclusiveGateway", "Paid?", properties),
        element("A", "task", "A"),
        element("B", "task", "B"),
      ],
      [flow("yes", "G", "A", { conditionExpression: "paid" }), flow("no", "G", "B")],
    );

  it("takes the flow without a condition", () => {
    expect(repaired(gateway(), "add_default_flows")).toMatchObject([
      { target: byId("G"), properties: { default: "no" } },
    ]);
  });

  it("leaves gateways alone that have one, or whose flows all have conditions", () => {
    expect(repaired(gateway({ default: "no" }), "add_default_flows")).toEqual([]);
    const all = gateway();
    const conditions = new Map(all.relations).set(
      "no",
      flow("no", "G", "B", { conditionExpression: "!paid" }),
    );
    expect(repaired({ ...all, relations: conditions }, "add_default_flows")).toEqual([]);
  });
});

describe("connecting the disconnected", () => {
  it("takes the nearest that it follows in the drawing", () => {
    const graph = graphOf(
      [
        element("S", "startEvent"),
        element("A", "task", "A"),
        element("B", "task", "B"),
        element("E", "endEvent"),
      ],
      [flow("1", "S", "A")],
      { S: 0, A: 200, B: 400, E: 600 },
    );
    expect(repaired(graph, "connect_disconnected")).toMatchObject([
      { source: byId("A"), target: byId("B"), type: "sequenceFlow" },
      { source: byId("B"), target: byId("E"), type: "sequenceFlow" },
    ]);
  });

  it("leaves alone what is led to otherwise, and other notations", () => {
    const graph = graphOf(
      [
        element("S", "startEvent"),
        element("E", "endEvent"),
        element("T", "task", "T", { isForCompensation: true }),
      ],
      [flow("1", "S", "E")],
    );
    expect(repaired(graph, "connect_disconnected")).toEqual([]);
    expect(repaired({ ...graph, notation: "archimate" }, "connect_disconnected")).toEqual([]);
  });
});

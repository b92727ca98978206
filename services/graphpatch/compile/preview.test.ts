import { describe, expect, it } from "vitest";
import { applyChanges } from "../../notation/apply-changes.ts";
import { changeFromMessage } from "../../notation/model-messages.ts";
import { operations } from "../../testing/patches/operations.ts";
import { orderProcess } from "../../testing/patches/toy-graphs.ts";
import { toyKit } from "../../testing/patches/toy-kit.ts";
import { written } from "../../testing/patches/written-graph.ts";
import { compilePatch, previewOf, receiptFor } from "./index.ts";

type Json = Parameters<typeof operations>[number];

const compile = (...each: Json[]) =>
  compilePatch({
    kit: toyKit(),
    graph: orderProcess(),
    operations: operations(...each.map((operation, i) => ({ id: `op${i}`, ...operation }))),
    seed: "seed",
  });
const commands = (...each: Json[]) =>
  previewOf(compile(...each)).uiCommands.map(({ command, context, operationId }) => ({
    command,
    context,
    operationId,
  }));
const A = { nodeId: "A" };

describe("a preview", () => {
  it("has changes that make of the model what the patch makes of it", () => {
    const compiled = compile(
      { addNode: { type: "task", name: "x", near: A } },
      { removeNode: { target: { nodeId: "B" }, bridge: true } },
      { updateNode: { target: A, properties: { lane: null, tags: ["a", { b: 1 }] } } },
    );
    const changes = previewOf(compiled).changes.map(changeFromMessage);
    expect(written(applyChanges(orderProcess(), changes))).toBe(written(compiled.graph));
  });

  it("says of an operation that cannot be applied that it cannot", () => {
    expect(previewOf(compile({ rename: { target: { nodeId: "none" }, name: "x" } })).summary).toEqual([
      "Cannot be applied",
    ]);
  });
});

describe("commands for an open editor", () => {
  it("create shapes and connections where the patch has them", () => {
    expect(
      commands(
        { addNode: { type: "userTask", name: "New", elementId: "New", near: { nodeId: "E" } } },
        { connect: { source: { nodeId: "C" }, target: { createdBy: "op0" }, relationId: "F" } },
      ),
    ).toMatchObject([
      {
        command: "shape.create",
        operationId: "op0",
        context: {
          shape: { id: "New", type: "bpmn:UserTask", width: 100, height: 80, name: "New" },
          parent: "P",
        },
      },
      {
        command: "connection.create",
        operationId: "op1",
        context: { connection: { id: "F", type: "bpmn:Flow" }, source: "C", target: "New" },
      },
    ]);
  });

  it("change labels, properties, types, places, lines and colours", () => {
    const move = { x: 260, y: 110, width: 100, height: 80 };
    const waypoints = [
      { x: 1, y: 2 },
      { x: 3, y: 4 },
    ];
    const given = commands(
      { rename: { target: A, name: "x" } },
      { updateNode: { target: A, type: "userTask", properties: { lane: null } } },
      { setBounds: { node: A, bounds: move } },
      { setBounds: { node: { nodeId: "B" }, bounds: { ...move, width: 200 } } },
      { setWaypoints: { connection: { nodeId: "C_E" }, waypoints } },
      { setStyle: { target: { nodeId: "C" }, properties: { fill: "#fff" } } },
      { reconnect: { relation: { nodeId: "A_B" }, target: { nodeId: "C" } } },
    );
    for (const command of [
      { command: "element.updateLabel", context: { element: "A", newLabel: "x" }, operationId: "op0" },
      {
        command: "shape.replace",
        context: { oldShape: "A", newData: { type: "bpmn:UserTask" } },
        operationId: "op1",
      },
      {
        command: "element.updateProperties",
        context: { element: "A", properties: { lane: null } },
        operationId: "op1",
      },
      { command: "elements.move", context: { shapes: ["A"], delta: { x: 10, y: 10 } }, operationId: "op2" },
      {
        command: "shape.resize",
        context: { shape: "B", newBounds: { ...move, width: 200 } },
        operationId: "op3",
      },
      {
        command: "connection.updateWaypoints",
        context: { connection: "C_E", newWaypoints: waypoints },
        operationId: "op4",
      },
      {
        command: "element.setColor",
        context: { elements: ["C"], colors: { fill: "#fff" } },
        operationId: "op5",
      },
      {
        command: "connection.reconnect",
        context: { connection: "A_B", newTarget: "C" },
        operationId: "op6",
      },
    ])
      expect(given).toContainEqual(command);
  });

  it("delete in one go what an operation removes", () => {
    const given = commands({ removeNode: { target: { nodeId: "B" } } });
    expect(given.map(({ command }) => command)).toEqual(["elements.delete"]);
    const deleted = given.flatMap(({ context }) => context?.["elements"] as string[]);
    expect(deleted.toSorted()).toEqual(["A_B", "B", "B_C", "T"]);
  });
});

describe("a receipt", () => {
  it("counts what was not touched, and names what was", () => {
    const graph = orderProcess();
    const compiled = compile({ rename: { target: A, name: "x" } });
    const receipt = receiptFor(graph, compiled.graph, compiled.changes);
    // Nine elements, five relations, a view, seven boxes and five lines.
    expect(receipt).toMatchObject({ untouchedItems: 26, touched: [{ kind: "element", id: "A" }] });
    expect(receipt.untouchedAfter).toBe(receipt.untouchedBefore);
    expect(receipt.modelAfter).not.toBe(receipt.modelBefore);
  });

  it("shows when more has changed than the changes say", () => {
    const graph = orderProcess();
    const [one, both] = [
      compile({ rename: { target: A, name: "x" } }),
      compile({ rename: { target: A, name: "x" } }, { rename: { target: { nodeId: "B" }, name: "y" } }),
    ];
    const receipt = receiptFor(graph, both.graph, one.changes);
    expect(receipt.untouchedAfter).not.toBe(receipt.untouchedBefore);
  });
});

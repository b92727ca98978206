import type { JsonObject } from "@bufbuild/protobuf";

/** Every form of selector, and what it finds in the order process of `toy-graphs.ts`. */
export const SELECTORS: readonly (readonly [title: string, selector: JsonObject, ids: readonly string[]])[] =
  [
    ["by id", { nodeId: "A" }, ["A"]],
    ["by the id of a relation", { nodeId: "A_B" }, ["A_B"]],
    ["by key", { nodeKey: "order.check" }, ["A"]],
    ["by type", { byType: { type: "userTask" } }, ["B"]],
    ["by an alias of the type", { byType: { type: "bpmn:UserTask" } }, ["B"]],
    ["by name, white space and case apart", { byType: { name: " ship   GOODS " } }, ["B"]],
    ["by a part of the name", { byType: { nameContains: "INVO" } }, ["C"]],
    ["by a property", { byType: { properties: { attachedToRef: "B" } } }, ["T"]],
    ["by type, all of them", { byType: { type: "task" }, all: true }, ["A", "C"]],
    ["none of them, which is no error", { byType: { type: "gateway" }, all: true }, []],
    ["by what contains it", { byType: { type: "note", withinId: "P" } }, ["N"]],
    ["by the lane that it lies in", { byType: { type: "task", withinId: "L" } }, ["A"]],
    ["relations by type", { byType: { relations: true, type: "association" } }, ["N_C"]],
    ["relations by name", { byType: { relations: true, name: "complete" } }, ["A_B"]],
    ["by what leads to it", { byNeighbor: { of: { nodeId: "A" }, direction: "DIRECTION_OUTGOING" } }, ["B"]],
    ["by what it leads to", { byNeighbor: { of: { nodeId: "A" }, direction: "DIRECTION_INCOMING" } }, ["S"]],
    [
      "by neighbours over relations of a type",
      { byNeighbor: { of: { nodeId: "C" }, relationTypes: ["association"] } },
      ["N"],
    ],
    ["by neighbours of a type", { byNeighbor: { of: { nodeId: "C" }, type: "endEvent" } }, ["E"]],
    ["by lying between two", { byPath: { from: { nodeId: "A" }, to: { nodeId: "C" } } }, ["B"]],
    [
      "all that lie between two",
      { byPath: { from: { nodeId: "S" }, to: { nodeId: "E" } }, all: true },
      ["A", "B", "C"],
    ],
  ];

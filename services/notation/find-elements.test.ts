import { describe, expect, it } from "vitest";
import { findElements } from "./find-elements.ts";
import { emptyGraph, type Element, type Graph } from "./graph.ts";
import type { Vocabulary } from "./notation.ts";

const element = (id: string, name: string, type = "task"): Element => ({
  id,
  name,
  type,
  documentation: "",
  properties: {},
});
const graph: Graph = {
  ...emptyGraph("bpmn"),
  elements: new Map(
    [
      element("a", "Recheck stock"),
      element("b", "Check  stock"),
      element("c", "check stock again"),
      element("d", "Pay", "userTask"),
      element("check", ""),
    ].map((one) => [one.id, one]),
  ),
  relations: new Map([
    [
      "f",
      {
        id: "f",
        type: "sequenceFlow",
        name: "",
        source: "a",
        target: "b",
        documentation: "",
        properties: {},
      },
    ],
  ]),
};
const vocabulary = {
  elementType: (name: string) => (name === "user task" ? { name: "userTask" } : undefined),
} as unknown as Vocabulary;
const ids = (text: string, type = "", limit = 10) =>
  findElements(graph, vocabulary, { text, type, limit }).map(({ id }) => id);

describe("finding elements", () => {
  it("takes the exact name first, then what begins so, then what holds it, whatever case and spaces", () => {
    expect(ids("Check Stock")).toEqual(["b", "c", "a"]);
    expect(ids("Check Stock", "", 1)).toEqual(["b"]);
  });

  it("takes an id before all names, and types by their aliases", () => {
    expect(ids("check")[0]).toBe("check");
    expect(ids("", "user task")).toEqual(["d"]);
    expect(ids("pay", "task")).toEqual([]);
  });

  it("tells what leads to an element and away from it", () => {
    const [a] = findElements(graph, vocabulary, { text: "a", type: "", limit: 1 });
    expect(a).toMatchObject({ id: "a", incoming: [], outgoing: ["f"] });
  });
});

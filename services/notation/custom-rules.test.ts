import { describe, expect, it } from "vitest";
import { customViolations, type Condition, type CustomRule } from "./custom-rules.ts";
import { emptyGraph, type Element, type Graph, type Relation } from "./graph.ts";
import { readCondition } from "./read-custom-rule.ts";

const element = (id: string, fields: Partial<Element> = {}): Element => ({
  id,
  type: "task",
  name: id,
  documentation: "",
  properties: {},
  ...fields,
});
const relation = (source: string, target: string): Relation => ({
  id: `${source}-${target}`,
  type: "sequenceFlow",
  name: "",
  source,
  target,
  documentation: "",
  properties: {},
});
const byId = <T extends { id: string }>(items: readonly T[]) => new Map(items.map((item) => [item.id, item]));

const graph: Graph = {
  ...emptyGraph("bpmn"),
  elements: byId([
    element("process", { type: "process" }),
    element("a", { parent: "process", documentation: "why", properties: { cost: 3, "x:y": "ab" } }),
    element("b", { parent: "process", name: "" }),
    element("c", { type: "userTask", parent: "process" }),
  ]),
  relations: byId([relation("a", "b"), relation("a", "c"), relation("b", "c")]),
};

/** Which tasks break a rule with this condition. */
function broken(condition: object, fields: Partial<CustomRule> = {}, scope?: ReadonlySet<string>): string[] {
  const read = readCondition(condition, "c");
  expect(read.problems).toEqual([]);
  const rule: CustomRule = {
    id: "tenant/r",
    severity: "warning",
    says: "so",
    of: "element",
    types: ["task", "userTask"],
    condition: read.condition as Condition,
    ...fields,
  };
  return [...customViolations(graph, [rule], scope)].map(({ itemId = "" }) => itemId);
}

describe("a tenant's own rule", () => {
  it.each<[object, string[]]>([
    [{ field: "name" }, ["b"]],
    [{ field: "documentation" }, ["b", "c"]],
    [{ field: "documentation", minLength: 4 }, ["a", "b", "c"]],
    [{ field: "name", maxLength: 0 }, ["a", "c"]],
    [{ field: "type", equals: "task" }, ["c"]],
    [{ field: "type", in: ["userTask", "task"] }, []],
    [{ field: "parent.type", equals: "process" }, []],
    [{ field: "properties.cost", equals: 3 }, ["b", "c"]],
    [{ field: "properties.x:y", contains: "b" }, ["b", "c"]],
    [{ field: "properties.x:y", startsWith: "b" }, ["a", "b", "c"]],
    [{ field: "properties.constructor" }, ["a", "b", "c"]],
    [{ count: "incoming", min: 1 }, ["a"]],
    [{ count: "outgoing", max: 1 }, ["a"]],
    [{ count: "relations", min: 2, max: 2 }, []],
    [{ count: "outgoing", types: ["messageFlow"], min: 1 }, ["a", "b", "c"]],
    [{ count: "views", max: 0 }, []],
    [{ not: { field: "name" } }, ["a", "c"]],
    [{ all: [{ field: "name" }, { field: "documentation" }] }, ["b", "c"]],
    [{ any: [{ field: "documentation" }, { field: "type", equals: "userTask" }] }, ["b"]],
  ])("with %j is broken by %j", (condition, ids) => {
    expect(broken(condition)).toEqual(ids);
  });

  it("is of its notation, its types and the scope only", () => {
    const condition = { field: "documentation" };
    expect(broken(condition, { notation: "uml" })).toEqual([]);
    expect(broken(condition, { types: ["userTask"] })).toEqual(["c"]);
    expect(broken(condition, {}, new Set(["b", "gone"]))).toEqual(["b"]);
    expect(broken(condition, { of: "relation", types: ["sequenceFlow"] })).toHaveLength(3);
    expect(broken({ count: "children", min: 1 }, { types: ["process"] })).toEqual([]);
  });

  it("that cannot be understood is told with every problem and its place", () => {
    const { problems } = readCondition(
      {
        all: [
          { field: "colour" },
          { count: "incoming" },
          { not: [] },
          { field: "name", equals: {}, more: 1 },
          { any: [] },
          "x",
          {},
        ],
      },
      "condition",
    );
    expect(problems.map(({ path }) => path)).toEqual([
      "condition.all[0].field",
      "condition.all[1]",
      "condition.all[2].not",
      "condition.all[3].more",
      "condition.all[3].equals",
      "condition.all[4].any",
      "condition.all[5]",
      "condition.all[6]",
    ]);
  });

  it("has at most fifty parts, eight deep", () => {
    const deep = Array.from({ length: 9 }).reduce<object>((inner) => ({ not: inner }), { field: "name" });
    expect(readCondition(deep, "c").problems).toHaveLength(1);
    const wide = { all: Array.from({ length: 60 }, () => ({ field: "name" })) };
    expect(readCondition(wide, "c").problems.length).toBeGreaterThan(0);
  });
});

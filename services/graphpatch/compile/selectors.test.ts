import { describe, expect, it } from "vitest";
import type { Graph } from "../../notation/graph.ts";
import { operations } from "../../testing/patches/operations.ts";
import { bigProcess, flow, orderProcess, task, toyGraph } from "../../testing/patches/toy-graphs.ts";
import { SELECTORS } from "../../testing/patches/selector-catalogue.ts";
import { toyKit } from "../../testing/patches/toy-kit.ts";
import { compilePatch } from "./index.ts";

type Json = Parameters<typeof operations>[number];

/** What a selector finds, by setting a lifecycle, or renaming relations; or the problem that it has. */
function select(graph: Graph, selector: Json, before: readonly Json[] = []) {
  const compiled = compilePatch({
    kit: toyKit(),
    graph,
    operations: operations(...before.map((operation, i) => ({ id: `b${i}`, ...operation })), {
      id: "select",
      rename: { target: selector, name: "found" },
    }),
    seed: "seed",
  });
  const found = [...compiled.graph.elements.values(), ...compiled.graph.relations.values()];
  const wrong = compiled.problems.filter(({ severity }) => severity === "error");
  return {
    ids: found.filter(({ name }) => name === "found").map(({ id }) => id),
    code: wrong[0]?.code,
    message: wrong[0]?.message ?? "",
    path: wrong[0]?.path,
    relatedIds: wrong[0]?.relatedIds,
  };
}

describe("a selector finds", () => {
  for (const [title, selector, ids] of SELECTORS)
    it(`${title}`, () => expect(select(orderProcess(), selector)).toMatchObject({ ids, code: undefined }));

  it("what an earlier operation creates", () => {
    const before = [{ addNode: { type: "task", elementId: "New" } }];
    expect(select(orderProcess(), { createdBy: "b0" }, before).ids).toEqual(["New"]);
  });

  it("one of several that an earlier operation creates", () => {
    const nodes = ["one", "two"].map((id) => ({ id, type: "task", name: id }));
    const before = [{ replaceSubgraph: { targets: { nodeId: "B" }, nodes } }];
    const { ids } = select(orderProcess(), { createdBy: "b0.two" }, before);
    expect(ids).toHaveLength(1);
    expect(select(orderProcess(), { createdBy: "b0" }, before).code).toBe("SELECTOR_AMBIGUOUS");
  });

  it("the model as the operations before have left it", () => {
    const before = [{ rename: { target: { nodeId: "A" }, name: "Other" } }];
    expect(select(orderProcess(), { byType: { name: "Other" } }, before).ids).toEqual(["A"]);
    expect(select(orderProcess(), { byType: { name: "Check order" } }, before).code).toBe(
      "SELECTOR_NO_MATCH",
    );
  });

  it("the exact name, if something has it, before the same in another case", () => {
    const graph = toyGraph([task("a", "ship"), task("b", "Ship"), task("P", "P", { type: "process" })], []);
    expect(select(graph, { byType: { name: "Ship" } }).ids).toEqual(["b"]);
    expect(select(graph, { byType: { name: "SHIP" } }).code).toBe("SELECTOR_AMBIGUOUS");
  });
});

describe("a selector that finds nothing, or too much, says", () => {
  it("what has nearly that name or id", () => {
    expect(select(orderProcess(), { byType: { name: "Chek ordr" } })).toMatchObject({
      code: "SELECTOR_NO_MATCH",
      message: expect.stringContaining('perhaps A "Check order"'),
      path: "operations[0].rename.target",
    });
    expect(select(orderProcess(), { nodeId: "ship_goods" }).message).toContain('perhaps B "Ship goods"');
    expect(select(orderProcess(), { nodeKey: "order.chek" }).message).toContain('perhaps "order.check"');
  });

  it("which items it could mean, with ids and names", () => {
    expect(select(orderProcess(), { byType: { type: "task" } })).toMatchObject({
      code: "SELECTOR_AMBIGUOUS",
      message: expect.stringContaining('A "Check order" (task), C "Send invoice" (task)'),
      relatedIds: ["A", "C"],
    });
  });

  it("which types there are", () => {
    expect(select(orderProcess(), { byType: { type: "usertaks" } })).toMatchObject({
      code: "UNKNOWN_TYPE",
      message: expect.stringContaining("perhaps userTask"),
    });
  });

  it("that the item is of another kind", () => {
    const compiled = compilePatch({
      kit: toyKit(),
      graph: orderProcess(),
      operations: operations({ id: "a", removeNode: { target: { nodeId: "A_B" } } }),
      seed: "seed",
    });
    expect(compiled.problems).toMatchObject([{ code: "SELECTOR_WRONG_KIND", itemId: "A_B" }]);
  });

  it("that it matches more than five hundred", () => {
    expect(select(bigProcess(501), { byType: { type: "task" }, all: true }).code).toBe("SELECTOR_TOO_MANY");
    expect(select(bigProcess(500), { byType: { type: "task" }, all: true }).ids).toHaveLength(500);
  });

  it("that it is nested too deep", () => {
    const nested = (depth: number): Json =>
      depth === 1 ? { nodeId: "A" } : { byNeighbor: { of: nested(depth - 1) }, all: true };
    expect(select(orderProcess(), nested(5)).code).toBeUndefined();
    expect(select(orderProcess(), nested(6)).code).toBe("SELECTOR_TOO_DEEP");
  });

  it("that the operation which is to create it has problems of its own, or comes later", () => {
    const failed = [{ addNode: { type: "no such type" } }];
    const graph = orderProcess();
    const compiled = compilePatch({
      kit: toyKit(),
      graph,
      operations: operations(
        ...failed.map((operation) => ({ id: "b0", ...operation })),
        { id: "use", rename: { target: { createdBy: "b0" }, name: "x" } },
        { id: "early", rename: { target: { createdBy: "late" }, name: "x" } },
        { id: "late", addNode: { type: "note" } },
      ),
      seed: "seed",
    });
    expect(compiled.problems.map(({ operationId, code }) => [operationId, code])).toEqual([
      ["b0", "UNKNOWN_TYPE"],
      ["use", "DEPENDS_ON_FAILED"],
      ["early", "SELECTOR_NO_MATCH"],
    ]);
  });
});

describe("the shortest path", () => {
  it("is the one that is found, and no longer than allowed", () => {
    const tasks = ["a", "b", "c", "d"].map((id) => task(id, id, { parent: "P" }));
    const graph = toyGraph(
      [task("P", "P", { type: "process" }), ...tasks],
      [flow("1", "a", "b"), flow("2", "b", "c"), flow("3", "c", "d"), flow("4", "b", "d")],
    );
    const path = (maxLength: number) =>
      select(graph, { byPath: { from: { nodeId: "a" }, to: { nodeId: "d" }, maxLength }, all: true }).ids;
    expect(path(0)).toEqual(["b"]);
    expect(path(1)).toEqual([]);
  });
});

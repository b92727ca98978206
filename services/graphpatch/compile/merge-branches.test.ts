import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Graph } from "../../notation/graph.ts";
import { operations } from "../../testing/patches/operations.ts";
import { possiblePart, processes, randomOperations } from "../../testing/patches/random-patches.ts";
import { orderProcess } from "../../testing/patches/toy-graphs.ts";
import { toyKit } from "../../testing/patches/toy-kit.ts";
import { compilePatch, hashGraph, mergeBranches, rawOperation } from "./index.ts";

type Json = Parameters<typeof operations>[number];

const kit = toyKit();
const after = (graph: Graph, each: readonly Json[]): Graph => {
  const named = operations(...each.map((operation, i) => ({ id: `op${i}`, ...operation })));
  const compiled = compilePatch({ kit, graph, operations: named, seed: JSON.stringify(each) });
  expect(compiled.ok).toBe(true);
  return compiled.graph;
};
const apply = (head: Graph, changes: ReturnType<typeof mergeBranches>["changes"]) =>
  compilePatch({
    kit,
    graph: head,
    operations: changes.length === 0 ? [] : [rawOperation("merge", changes)],
    seed: "merge",
    allowRawChanges: true,
  });
const rename = (nodeId: string, name: string): Json => ({ rename: { target: { nodeId }, name } });
const remove = (nodeId: string): Json => ({ removeNode: { target: { nodeId } } });

describe("a merge", () => {
  const SIZE = { minLength: 1, maxLength: 8 };

  it("brings all that the branch has done to a head that has done something else", () => {
    const base = processes();
    fc.assert(
      fc.property(randomOperations([0], SIZE, "a"), randomOperations([1], SIZE, "b"), (one, two) => {
        const a = possiblePart(base, one, "seed a");
        const b = possiblePart(base, two, "seed b");
        const merge = mergeBranches(base, a.graph, b.graph);
        expect(merge.conflicts).toEqual([]);
        const merged = apply(a.graph, merge.changes);
        expect(merged.problems.filter(({ severity }) => severity === "error")).toEqual([]);
        const other = mergeBranches(base, b.graph, a.graph);
        expect(hashGraph(merged.graph)).toBe(hashGraph(apply(b.graph, other.changes).graph));
      }),
    );
  });

  it("has nothing to bring when only the head has moved, and all when only the branch has", () => {
    const base = orderProcess();
    const other = after(base, [rename("A", "x"), remove("N")]);
    expect(mergeBranches(base, other, base)).toEqual({ changes: [], conflicts: [] });
    const { changes } = mergeBranches(base, base, other);
    expect(hashGraph(apply(base, changes).graph)).toBe(hashGraph(other));
  });

  it("takes what both have done alike", () => {
    const base = orderProcess();
    const [head, branch] = [
      after(base, [rename("A", "x"), remove("N")]),
      after(base, [rename("A", "x"), remove("N")]),
    ];
    expect(mergeBranches(base, head, branch)).toEqual({ changes: [], conflicts: [] });
  });

  it("takes along what the head has drawn of what the branch has removed", () => {
    const base = after(orderProcess(), [{ hideFromView: { viewId: "V", targets: { nodeId: "N" } } }]);
    const head = after(base, [{ showInView: { viewId: "V", targets: { nodeId: "N" } } }]);
    const { changes, conflicts } = mergeBranches(base, head, after(base, [remove("N")]));
    expect(conflicts).toEqual([]);
    const merged = apply(head, changes);
    expect(merged.problems).toEqual([]);
    expect(merged.graph.views.get("V")?.nodes.has("N_di")).toBe(false);
  });

  for (const [title, head, branch, conflict] of [
    [
      "a field that both have set",
      [rename("A", "x")],
      [rename("A", "y")],
      { field: "name", theirs: "x", yours: "y" },
    ],
    ["what the head has removed", [remove("N")], [rename("N", "y")], { theirs: undefined, yours: "y" }],
    ["what the branch has removed", [rename("N", "x")], [remove("N")], { yours: undefined }],
    [
      "an end that the head has removed",
      [remove("N")],
      [{ connect: { source: { nodeId: "N" }, target: { nodeId: "A" } } }],
      { ref: { kind: "element", id: "N" }, theirs: undefined },
    ],
    [
      "what the branch has removed and the head has connected",
      [{ connect: { source: { nodeId: "N" }, target: { nodeId: "A" } } }],
      [remove("N")],
      { ref: { kind: "element", id: "N" } },
    ],
    [
      "an id that both have given",
      [{ addNode: { type: "note", name: "x", elementId: "New" } }],
      [{ addNode: { type: "note", name: "y", elementId: "New" } }],
      { ref: { kind: "element", id: "New" }, base: undefined },
    ],
    [
      "a view that the head has dropped",
      [{ removeView: { viewId: "V" } }],
      [{ addNode: { type: "note", name: "y" } }],
      { ref: { kind: "view", id: "V" }, theirs: undefined },
    ],
  ] as const)
    it(`conflicts: ${title}`, () => {
      const base = orderProcess();
      const merge = mergeBranches(base, after(base, head), after(base, branch));
      expect(merge.conflicts).toMatchObject([conflict]);
      expect(apply(after(base, head), merge.changes).ok).toBe(true);
    });
});

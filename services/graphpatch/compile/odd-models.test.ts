import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archimateKit } from "../../notation/archimate/archimate-kit.ts";
import { bpmnKit } from "../../notation/bpmn/bpmn-kit.ts";
import type { Element, Graph, Relation } from "../../notation/graph.ts";
import { anyOperations } from "../../testing/patches/any-notation.ts";
import { operations } from "../../testing/patches/operations.ts";
import { possiblePart, processes } from "../../testing/patches/random-patches.ts";
import { bigProcess, orderProcess } from "../../testing/patches/toy-graphs.ts";
import { toyKit } from "../../testing/patches/toy-kit.ts";
import { written } from "../../testing/patches/written-graph.ts";
import { compilePatch, findDependencies, inverseOperation, receiptFor, rejectOperations } from "./index.ts";

const kit = toyKit();

/** A model as a careless tool leaves it: containers that are not there or go in circles, relations to nothing. */
function damaged(base: Graph, damages: readonly { which: number; other: number; what: number }[]): Graph {
  const elements = new Map(base.elements);
  const relations = new Map(base.relations);
  const ids = [...elements.keys(), "nowhere"];
  for (const { which, other, what } of damages) {
    const to = ids[other % ids.length] ?? "";
    const element = [...elements.values()][which % elements.size] as Element;
    const relation = [...relations.values()][which % relations.size] as Relation;
    if (what === 0) elements.set(element.id, { ...element, parent: to });
    if (what === 1) relations.set(relation.id, { ...relation, source: to });
    if (what === 2) relations.set(relation.id, { ...relation, target: relation.id, parent: to });
    if (what === 3) elements.delete(element.id);
    if (what === 4)
      elements.set(element.id, { ...element, properties: { attachedToRef: to, lane: [to, { lane: to }] } });
  }
  return { ...base, elements, relations };
}

const damages = fc.array(fc.record({ which: fc.nat(60), other: fc.nat(60), what: fc.nat(4) }), {
  maxLength: 12,
});

describe("a patch of a damaged model", () => {
  it("does what it can, brings no damage of its own, and is taken back whole", () => {
    const base = processes();
    fc.assert(
      fc.property(damages, anyOperations(kit, base, 5), (each, drawn) => {
        const graph = damaged(base, each);
        const patch = possiblePart(graph, drawn, "seed");
        const receipt = receiptFor(graph, patch.graph, patch.changes);
        expect(receipt.untouchedAfter).toBe(receipt.untouchedBefore);
        const back = compilePatch({
          kit,
          graph: patch.graph,
          operations: patch.changes.length === 0 ? [] : [inverseOperation(patch.changes)],
          seed: "back",
          allowRawChanges: true,
        });
        expect(written(back.graph)).toBe(written(graph));
      }),
      { numRuns: 200 },
    );
  });
});

describe("names that mean something to JavaScript", () => {
  it("are names like any other", () => {
    const id = "constructor";
    const { graph, problems } = compilePatch({
      kit,
      graph: orderProcess(),
      seed: "seed",
      operations: operations(
        { id: "toString", addNode: { type: "task", name: "__proto__", elementId: id, key: "valueOf" } },
        { id: "__proto__", connect: { source: { nodeId: "A" }, target: { createdBy: "toString" } } },
        {
          id: "props",
          updateNode: { target: { nodeKey: "valueOf" }, properties: JSON.parse('{"__proto__": {"x": 1}}') },
        },
      ),
    });
    expect(problems).toEqual([]);
    expect(Object.entries(graph.elements.get(id)?.properties ?? {})).toEqual([["__proto__", { x: 1 }]]);
  });
});

describe("much that is wrong", () => {
  const wrong = Array.from({ length: 200 }, (_, i) => ({
    id: `op${i}`,
    connect: { source: { byType: { name: `No such thing ${i}` } }, target: { nodeId: "T1" } },
  }));

  it("is told as a whole, with hints for the first of it", () => {
    const { problems } = compilePatch({
      kit,
      graph: bigProcess(300),
      operations: operations(...wrong, ...wrong),
      seed: "seed",
    });
    const hinted = problems.filter(({ message }) => message.includes("no element"));
    expect(hinted).toHaveLength(200);
    expect(problems.some(({ code }) => code === "TOO_MANY_OPERATIONS")).toBe(true);
  });

  it("does not keep those from being found that depend on what is rejected", () => {
    const each = Array.from({ length: 60 }, (_, i) => ({
      id: `op${i}`,
      ...(i === 0
        ? { addNode: { type: "gateway", near: { nodeId: "T1" } } }
        : { connect: { source: { createdBy: "op0" }, target: { nodeId: `T${i}` } } }),
    }));
    const graph = bigProcess(100);
    const chain = compilePatch({ kit, graph, operations: operations(...each.slice(0, 4)), seed: "seed" });
    expect(findDependencies(chain)).toContainEqual({ operationId: "op3", dependsOn: ["op0"] });
    const many = compilePatch({ kit, graph, operations: operations(...each), seed: "seed" });
    const { gone } = rejectOperations(many, new Set(["op0"]));
    expect(gone).toHaveLength(59);
    expect(findDependencies(many)).toHaveLength(59);
  });
});

describe("one label that is changed by a patch", () => {
  for (const [given, file] of [
    [bpmnKit, "bpmn/models/order-handling.bpmn"],
    [archimateKit, "archimate/models/order-handling.xml"],
  ] as const)
    it(`is all that differs in the ${given.notation} file`, () => {
      const original = readFileSync(new URL(`../../notation/${file}`, import.meta.url), "utf8");
      const { graph, source } = given.codec.read(Buffer.from(original));
      const labels = [...graph.elements.values()].filter((each) => each.name !== "");
      const label = labels.find((each) => original.split(each.name).length === 2) ?? labels[0];
      const patch = compilePatch({
        kit: given,
        graph,
        seed: "seed",
        operations: operations({ id: "a", rename: { target: { nodeId: label?.id ?? "" }, name: "Zzz zzz" } }),
      });
      const receipt = receiptFor(graph, patch.graph, patch.changes);
      expect(receipt).toMatchObject({ touched: [{ kind: "element", id: label?.id }] });
      expect(receipt.untouchedAfter).toBe(receipt.untouchedBefore);
      const exported = new TextDecoder().decode(given.codec.write(patch.graph, source));
      expect(exported.replace("Zzz zzz", label?.name ?? "")).toBe(original);
    });
});

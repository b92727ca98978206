import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePatch } from "../../graphpatch/compile/index.ts";
import { ORDERS } from "../../testing/models/uml-files.ts";
import { anyOperations, possibleOf } from "../../testing/patches/any-notation.ts";
import { operations } from "../../testing/patches/operations.ts";
import { umlKit } from "./uml-kit.ts";

const { graph, source } = umlKit.codec.read(new TextEncoder().encode(ORDERS));

const compile = (...each: Parameters<typeof operations>) =>
  compilePatch({
    kit: umlKit,
    graph,
    operations: operations(...each.map((operation, i) => ({ id: `op${i}`, ...operation }))),
    seed: "seed",
  });
const errorsOf = (...each: Parameters<typeof operations>) =>
  compile(...each)
    .problems.filter(({ severity }) => severity === "error")
    .map(({ code }) => code);

describe("a patch of a class diagram", () => {
  it("adds a class with members and an association, in the file's own manner", () => {
    const { ok, graph: after } = compile(
      { addNode: { type: "class", name: "Refund", elementId: "Refund", near: { nodeId: "Order" } } },
      {
        addNode: {
          type: "attribute",
          name: "reason",
          elementId: "Refund.reason",
          parent: { createdBy: "op0" },
        },
      },
      {
        connect: {
          source: { createdBy: "op0" },
          target: { nodeId: "Order" },
          relationId: "refunds",
          properties: { targetMultiplicity: "1" },
        },
      },
    );
    expect(ok).toBe(true);
    expect(after.elements.get("Refund")?.parent).toBe("sales");
    const text = new TextDecoder().decode(umlKit.codec.write(after, source));
    const added = text.split("\n").filter((line) => !ORDERS.includes(line.trim().replace(/,$/, "")));
    expect(added.slice(0, 4).map((line) => line.trim())).toEqual([
      '{"id": "Refund", "type": "class", "name": "Refund", "parent": "sales"},',
      '{"id": "Refund.reason", "type": "attribute", "name": "reason", "parent": "Refund"}',
      '{"id": "refunds", "type": "association", "source": "Refund", "target": "Order", "targetMultiplicity": "1"}',
      '{"id": "Refund_di", "element": "Refund", "bounds": {"x": 40, "y": 180, "width": 160, "height": 100}}',
    ]);
  });

  it("takes the members of a class with it", () => {
    const { graph: after, ok } = compile({ removeNode: { target: { nodeId: "Order" } } });
    expect(ok).toBe(true);
    expect([...after.elements.keys()].filter((id) => id.startsWith("Order."))).toEqual([]);
    expect([...after.relations.keys()]).toEqual(["r3", "r5"]);
  });

  it("is refused for what no class diagram may have", () => {
    const between = (from: string, to: string, type: string) => ({
      connect: { source: { nodeId: from }, target: { nodeId: to }, type },
    });
    expect(errorsOf(between("Customer", "Company", "generalization"))).toContain(
      "uml/no-generalization-cycle",
    );
    expect(errorsOf(between("Line", "Customer", "implements"))).toEqual(["uml/realization-to-interface"]);
    expect(errorsOf({ rename: { target: { nodeId: "Line" }, name: "Order" } })).toEqual(["uml/unique-names"]);
    expect(errorsOf({ addNode: { type: "port", parent: { nodeId: "Order" } } })).toEqual(["uml/containment"]);
    const properties = { sourceMultiplicity: "*" };
    expect(errorsOf({ updateNode: { target: { nodeId: "r1" }, properties } })).toEqual([
      "uml/composite-owner-multiplicity",
    ]);
  });
});

describe("any patch that the rules allow", () => {
  it("is in the file, in the order of the model", () => {
    fc.assert(
      fc.property(anyOperations(umlKit, graph), (drawn) => {
        const { graph: after } = possibleOf(umlKit, graph, drawn);
        const again = umlKit.codec.read(umlKit.codec.write(after, source));
        expect([...again.graph.elements]).toEqual([...after.elements]);
        expect([...again.graph.relations]).toEqual([...after.relations]);
        expect(again.graph.views).toEqual(after.views);
        expect(again.problems).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

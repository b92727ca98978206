import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { notationKits } from "../../notation/notations.ts";
import { generateModel } from "../../testing/model-graphs.ts";
import { anyOperations, possibleOf } from "../../testing/patches/any-notation.ts";
import { written } from "../../testing/patches/written-graph.ts";
import { compilePatch, hashGraph, inverseOperation, receiptFor } from "./index.ts";

const RUNS = Number(process.env["AMEIDE_RUNS"] ?? 60);

for (const kit of notationKits)
  describe(`patches of ${kit.notation}`, () => {
    const { source, graph: base } = kit.codec.read(kit.codec.write(generateModel(kit.notation, 40)));

    it("are taken back whole, and leave untouched what they do not name", () => {
      fc.assert(
        fc.property(anyOperations(kit, base), (drawn) => {
          const { changes, graph } = possibleOf(kit, base, drawn);
          const receipt = receiptFor(base, graph, changes);
          expect(receipt.untouchedAfter).toBe(receipt.untouchedBefore);
          const back = compilePatch({
            kit,
            graph,
            operations: changes.length === 0 ? [] : [inverseOperation(changes)],
            seed: "back",
            allowRawChanges: true,
          });
          expect(written(back.graph)).toBe(written(base));
        }),
        { numRuns: RUNS },
      );
    });

    it("are in the file that is exported, and nothing else is", () => {
      fc.assert(
        fc.property(anyOperations(kit, base), (drawn) => {
          const { graph } = possibleOf(kit, base, drawn);
          const again = kit.codec.read(kit.codec.write(graph, source)).graph;
          expect(hashGraph(again)).toBe(hashGraph(graph));
        }),
        { numRuns: RUNS },
      );
    });
  });

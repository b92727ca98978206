import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Graph } from "../../notation/graph.ts";
import type { NotationKit } from "../../notation/notation.ts";
import { notationKits } from "../../notation/notations.ts";
import { generateModel } from "../../testing/model-graphs.ts";
import { anyOperations, possibleOf } from "../../testing/patches/any-notation.ts";
import { meaning, written } from "../../testing/patches/written-graph.ts";
import {
  compilePatch,
  hashGraph,
  inverseOperation,
  mergeBranches,
  rawOperation,
  rebasePatch,
  receiptFor,
} from "./index.ts";
import { isLayout } from "./item-key.ts";

/** All that is wrong with the whole model, whoever brought it. */
function errorsIn(kit: NotationKit, graph: Graph): Set<string> {
  const problems = kit.rules.flatMap((rule) => [...rule.check(graph)]);
  return new Set(
    problems
      .filter(({ severity }) => severity === "error")
      .map(({ code, itemId, relatedIds = [] }) => `${code} ${itemId} ${relatedIds.toSorted().join(" ")}`),
  );
}

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

    // Small models, so that the two meet.
    it("rebase to what a merge makes of both, and never break a rule together", () => {
      const small = kit.codec.read(kit.codec.write(generateModel(kit.notation, 9))).graph;
      const before = errorsIn(kit, small);
      fc.assert(
        fc.property(anyOperations(kit, small, 8), anyOperations(kit, small, 8), (one, two) => {
          const a = possibleOf(kit, small, one);
          const b = compilePatch({ ...possibleOf(kit, small, two).input, seed: "other" });
          const { ok, compiled } = rebasePatch({ compiled: b, theirs: a.changes, head: a.graph });
          fc.pre(b.ok && ok);
          const { changes, conflicts } = mergeBranches(small, a.graph, b.graph);
          const operations = changes.length === 0 ? [] : [rawOperation("merge", changes)];
          const merged = compilePatch({
            kit,
            graph: a.graph,
            operations,
            seed: "merge",
            allowRawChanges: true,
          });
          expect(conflicts.filter(({ ref }) => !isLayout(ref))).toEqual([]);
          expect(merged.ok).toBe(true);
          expect(hashGraph(meaning(compiled.graph))).toBe(hashGraph(meaning(merged.graph)));
          expect(errorsIn(kit, compiled.graph).difference(before)).toEqual(new Set());
        }),
        { numRuns: RUNS },
      );
    });
  });

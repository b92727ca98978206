import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { archimateKit } from "../../notation/archimate/archimate-kit.ts";
import { bpmnKit } from "../../notation/bpmn/bpmn-kit.ts";
import { anyOperations, possibleOf } from "../../testing/patches/any-notation.ts";
import { written } from "../../testing/patches/written-graph.ts";
import { available, locate } from "../../testing/requirements.ts";
import { compilePatch, hashGraph, inverseOperation, receiptFor } from "./index.ts";

const folder = available("corpus") ? locate("corpus") : undefined;
const RUNS = Number(process.env["AMEIDE_RUNS"] ?? 5);

const files = (folder ? [bpmnKit, archimateKit] : []).flatMap((kit) =>
  globSync(`${kit.notation}/**/*${kit.codec.extensions[0]}`, { cwd: folder ?? "" })
    .filter((name) => !name.includes("schema"))
    .toSorted()
    .map((name) => ({ name, kit })),
);

describe.skipIf(!folder)("patches of models of others", () => {
  it("are of all there are", () => expect(files.length).toBeGreaterThan(50));

  it.each(files)("$name: come out in the file, leave the rest alone, and are taken back", ({ name, kit }) => {
    const { graph: base, source } = kit.codec.read(readFileSync(join(folder ?? "", name)));
    fc.assert(
      fc.property(anyOperations(kit, base, 4), (drawn) => {
        const { graph, changes } = possibleOf(kit, base, drawn);
        const receipt = receiptFor(base, graph, changes);
        expect(receipt.untouchedAfter).toBe(receipt.untouchedBefore);
        expect(hashGraph(kit.codec.read(kit.codec.write(graph, source)).graph)).toBe(hashGraph(graph));
        const operations = changes.length === 0 ? [] : [inverseOperation(changes)];
        const back = compilePatch({ kit, graph, operations, seed: "back", allowRawChanges: true });
        expect(written(back.graph)).toBe(written(base));
      }),
      { numRuns: RUNS },
    );
  });
});

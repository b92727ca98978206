import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inNestingOrder } from "../../testing/archimate-edits.ts";
import { archimateOperations, patchedArchimate } from "../../testing/archimate-patches.ts";
import { archimateCodec } from "./archimate-codec.ts";

describe("a patch of an ArchiMate model", () => {
  it.each(["order-handling", "version-2"])(
    "is in the file as it is in the graph, whatever it does: %s",
    (name) => {
      const { graph, source, problems } = archimateCodec.read(
        readFileSync(join(import.meta.dirname, `models/${name}.xml`)),
      );
      let applied = 0;
      fc.assert(
        fc.property(archimateOperations(graph), (operations) => {
          const next = patchedArchimate(graph, operations);
          if (!next) return;
          applied++;
          const back = archimateCodec.read(archimateCodec.write(next, source));
          expect(back.problems).toEqual(problems);
          expect(inNestingOrder(back.graph)).toEqual(inNestingOrder(next));
        }),
        { numRuns: 300 },
      );
      expect(applied).toBeGreaterThan(50);
    },
  );
});

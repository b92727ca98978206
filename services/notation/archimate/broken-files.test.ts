import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedArchimate, inNestingOrder } from "../../testing/archimate-edits.ts";
import { damaged, damages } from "../../testing/damaged-xml.ts";
import { graphEdits } from "../../testing/graph-edits.ts";
import { canonicalXml } from "../xml/canonical-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import { writeXml } from "../xml/write-xml.ts";
import { archimateCodec } from "./archimate-codec.ts";

const document = readXml(readFileSync(join(import.meta.dirname, "models/order-handling.xml")));

describe("a damaged file", () => {
  it("is read with what is whole in it, and comes out as it went in", () => {
    fc.assert(
      fc.property(damages, (list) => {
        const file = writeXml(damaged(document, list));
        const { graph, source } = archimateCodec.read(file);
        const again = archimateCodec.write(structuredClone(graph), source);
        expect(canonicalXml(readXml(again))).toBe(canonicalXml(readXml(file)));
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it("takes changes like any other", () => {
    fc.assert(
      fc.property(damages, graphEdits, (list, edits) => {
        const { graph, source } = archimateCodec.read(writeXml(damaged(document, list)));
        const next = changedArchimate(graph, edits);
        const back = archimateCodec.read(archimateCodec.write(next, source));
        expect(inNestingOrder(back.graph)).toEqual(inNestingOrder(next));
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashGraph } from "../../graphpatch/compile/index.ts";
import { damaged, damages } from "../../testing/damaged-xml.ts";
import { edited, graphEdits, type EditWords } from "../../testing/graph-edits.ts";
import { DISHES, LOANS } from "../../testing/models/dmn-files.ts";
import { canonicalXml } from "../xml/canonical-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import { writeXml } from "../xml/write-xml.ts";
import { dmnCodec } from "./dmn-codec.ts";
import { dmnRules } from "./rules/dmn-rules.ts";
import { ELEMENT_TYPES, RELATION_TYPES } from "./item-types.ts";

const words: EditWords = {
  elementTypes: [...ELEMENT_TYPES],
  relationTypes: [...RELATION_TYPES],
  properties: ["typeRef", "hitPolicy", "literalExpression", "inputEntries", "anything"],
};

describe.each(Object.entries({ DISHES, LOANS }))("a damaged file of %s", (_, text) => {
  const document = readXml(new TextEncoder().encode(text));

  it("is read with what is whole in it, judged, and comes out as it went in", () => {
    fc.assert(
      fc.property(damages, (list) => {
        const file = writeXml(damaged(document, list));
        const { graph, source } = dmnCodec.read(file);
        for (const rule of dmnRules)
          expect([...rule.check(graph)].every(({ code }) => code === rule.id)).toBe(true);
        const again = dmnCodec.write(structuredClone(graph), source);
        expect(canonicalXml(readXml(again))).toBe(canonicalXml(readXml(file)));
      }),
      { numRuns: 100 },
    );
  });

  it("takes changes like any other", () => {
    fc.assert(
      fc.property(damages, graphEdits, (list, edits) => {
        const { graph, source } = dmnCodec.read(writeXml(damaged(document, list)));
        const next = edited(graph, edits, words);
        expect(hashGraph(dmnCodec.read(dmnCodec.write(next, source)).graph)).toBe(hashGraph(next));
      }),
      { numRuns: 100 },
    );
  });
});

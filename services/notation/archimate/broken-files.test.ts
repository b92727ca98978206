import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedArchimate, inNestingOrder } from "../../testing/archimate-edits.ts";
import { graphEdits } from "../../testing/graph-edits.ts";
import { canonicalXml } from "../xml/canonical-xml.ts";
import { descendantsOf } from "../xml/query-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import { writeXml } from "../xml/write-xml.ts";
import type { XmlDocument, XmlElement, XmlNode } from "../xml/xml-tree.ts";
import { archimateCodec } from "./archimate-codec.ts";

const document = readXml(readFileSync(join(import.meta.dirname, "models/order-handling.xml")));

interface Damage {
  readonly what: number;
  readonly which: number;
  readonly other: number;
}

const damages = fc.array(fc.record({ what: fc.nat(6), which: fc.nat(10_000), other: fc.nat(10_000) }), {
  minLength: 1,
  maxLength: 6,
});

/** The file with parts of it lost, doubled, mixed up or in the wrong place. */
function damaged(file: XmlDocument, list: readonly Damage[]): XmlDocument {
  return list.reduce((before, damage) => {
    const inside = [...descendantsOf(before.root)].slice(1);
    const target = inside[damage.which % inside.length] as XmlElement;
    const other = inside[damage.other % inside.length] as XmlElement;
    return { ...before, root: rebuilt(before.root, target, hurt(target, other, damage)) };
  }, file);
}

function hurt(target: XmlElement, other: XmlElement, { what, other: n }: Damage): readonly XmlElement[] {
  const attribute = target.attributes[n % Math.max(target.attributes.length, 1)];
  const value = other.attributes[0]?.value ?? "";
  switch (what) {
    case 0:
      return [];
    case 1:
      return [target, target];
    case 2:
      return [{ ...target, attributes: target.attributes.filter((one) => one !== attribute) }];
    case 3:
      return [
        {
          ...target,
          attributes: target.attributes.map((one) => (one === attribute ? { ...one, value } : one)),
        },
      ];
    case 4:
      return [{ ...target, children: other.children }];
    case 5:
      return [other];
    default:
      return [{ ...target, children: [] }];
  }
}

function rebuilt(at: XmlElement, target: XmlElement, by: readonly XmlElement[]): XmlElement {
  const children = at.children.flatMap((child): readonly XmlNode[] => {
    if (child === target) return by;
    return child.kind === "element" ? [rebuilt(child, target, by)] : [child];
  });
  return { ...at, children };
}

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

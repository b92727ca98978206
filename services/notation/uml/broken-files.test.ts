import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashGraph } from "../../graphpatch/compile/index.ts";
import { edited, graphEdits, type EditWords } from "../../testing/graph-edits.ts";
import { MISTAKES, ORDERS } from "../../testing/models/uml-files.ts";
import { UnreadableModel } from "../problem.ts";
import { umlRules } from "./rules/uml-rules.ts";
import { umlCodec } from "./uml-codec.ts";
import { umlVocabulary } from "./vocabulary.ts";

const words: EditWords = {
  elementTypes: [...umlVocabulary.elements.keys()],
  relationTypes: [...umlVocabulary.relations.keys()],
  properties: ["visibility", "multiplicity", "anything", "properties"],
};

/** Values taken out, doubled and put in the place of others; the file stays JSON. */
const damages = fc.array(fc.record({ what: fc.nat(3), which: fc.nat(5000), other: fc.nat(5000) }), {
  minLength: 1,
  maxLength: 6,
});

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

function damaged(text: string, list: readonly { what: number; which: number; other: number }[]): string {
  const root = JSON.parse(text.replace(/^\uFEFF/, "")) as Json;
  for (const { what, which, other } of list) {
    const places = [...placesIn(root)];
    const { holder, key } = places[which % places.length] ?? {};
    const from = places[other % places.length];
    if (!holder || key === undefined || key === "format" || key === "version" || !from) continue;
    const value = structuredClone((from.holder as Record<string, Json>)[from.key] as Json);
    if (what === 0) delete (holder as Record<string, Json>)[key];
    else if (what === 1 && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)] as Json));
    else (holder as Record<string, Json>)[key] = value;
  }
  return JSON.stringify(root);
}

function* placesIn(value: Json): Generator<{ holder: object; key: string }> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield { holder: value, key };
    yield* placesIn(inner);
  }
}

function isReadOrRefused(file: string): boolean {
  try {
    read(file);
    return true;
  } catch (error) {
    return error instanceof UnreadableModel && error.problem.message.length > 0;
  }
}

const read = (text: string) => umlCodec.read(new TextEncoder().encode(text));

describe.each(Object.entries({ ORDERS, MISTAKES }))("a damaged file of %s", (_, text) => {
  it("is read with what is whole in it, judged, and comes out as it went in", () => {
    fc.assert(
      fc.property(damages, (list) => {
        const file = damaged(text, list);
        const { graph, source } = read(file);
        for (const rule of umlRules)
          expect([...rule.check(graph)].every(({ code }) => code === rule.id)).toBe(true);
        expect(new TextDecoder().decode(umlCodec.write(structuredClone(graph), source))).toBe(file);
      }),
      { numRuns: 200 },
    );
  });

  it("takes changes like any other", () => {
    fc.assert(
      fc.property(damages, graphEdits, (list, edits) => {
        const { graph, source } = read(damaged(text, list));
        const next = edited(graph, edits, words);
        const again = umlCodec.read(umlCodec.write(next, source)).graph;
        expect(hashGraph(again)).toBe(hashGraph(next));
        expect([...again.elements.keys()]).toEqual([...next.elements.keys()]);
      }),
      { numRuns: 200 },
    );
  });

  it("is refused with a line when it breaks off, or has any character too many", () => {
    fc.assert(
      fc.property(
        fc.nat(text.length - 3),
        fc.constantFrom("", "{", "]", '"', "\\", "\u0001", "x", ","),
        (at, extra) => {
          const file = extra === "" ? text.slice(0, at) : text.slice(0, at) + extra + text.slice(at);
          expect(isReadOrRefused(file)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

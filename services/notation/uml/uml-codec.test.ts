import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edited, graphEdits, type EditWords } from "../../testing/graph-edits.ts";
import { generateModel } from "../../testing/model-graphs.ts";
import { MISTAKES, ONE_LINE, ORDERS } from "../../testing/models/uml-files.ts";
import { sameValue } from "../graph-draft.ts";
import { emptyGraph, type Element, type Graph } from "../graph.ts";
import type { Source } from "../notation.ts";
import { UnreadableModel } from "../problem.ts";
import { JSON_LIMITS } from "./read-json.ts";
import { umlCodec } from "./uml-codec.ts";
import { ELEMENT, RELATION } from "./uml-format.ts";
import { umlVocabulary } from "./vocabulary.ts";

const textOf = (file: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(file);
const bytesOf = (text: string) => new TextEncoder().encode(text);

const words: EditWords = {
  elementTypes: [...umlVocabulary.elements.keys()],
  relationTypes: [...umlVocabulary.relations.keys()],
  properties: [...ELEMENT.own, ...RELATION.own, "anything", "id", "name", "properties"],
};

/** In the order of the maps, which the format keeps. */
const plain = (graph: Graph) => ({
  ...graph,
  elements: [...graph.elements.values()],
  relations: [...graph.relations.values()],
  views: [...graph.views.values()].map((view) => ({
    ...view,
    nodes: [...view.nodes.values()],
    connections: [...view.connections.values()],
  })),
});

function withElement(graph: Graph, id: string, fields: Partial<Element>): Graph {
  const element = { ...(graph.elements.get(id) as Element), ...fields };
  return { ...graph, elements: new Map(graph.elements).set(id, element) };
}

/** Lines of b that are not in a at the same place, from line 1. */
const changedLines = (a: string, b: string) => {
  const old = a.split("\n");
  return b.split("\n").flatMap((line, i) => (line === old[i] ? [] : [[i + 1, line.trim()]]));
};

describe.each([
  ["indented", ORDERS],
  ["on one line", ONE_LINE],
  ["full of mistakes", MISTAKES],
])("a file that is %s", (_, text) => {
  const file = bytesOf(text);
  const { graph, source } = umlCodec.read(file);

  it("comes out byte for byte when nothing changed", () => {
    expect(textOf(umlCodec.write(graph, source))).toBe(textOf(file));
    expect(textOf(umlCodec.write({ ...graph, elements: new Map(graph.elements) }, source))).toBe(
      textOf(file),
    );
  });

  it("is read back as it was written, whatever was edited", () => {
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const changed = edited(graph, edits, words);
        const again = umlCodec.read(umlCodec.write(changed, source)).graph;
        expect(plain(again)).toEqual(plain(changed));
      }),
      { numRuns: 150 },
    );
  });

  it("comes out as it was when all edits are taken back", () => {
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const changed = umlCodec.read(umlCodec.write(edited(graph, edits, words), source));
        const restored = umlCodec.write(graph, changed.source);
        expect(plain(umlCodec.read(restored).graph)).toEqual(plain(graph));
      }),
      { numRuns: 100 },
    );
  });
});

describe("a file", () => {
  const file = bytesOf(ORDERS);
  const { graph, source } = umlCodec.read(file);

  it("differs in one line when one name changed", () => {
    const written = textOf(umlCodec.write(withElement(graph, "Line", { name: "Position" }), source));
    expect(changedLines(textOf(file), written)).toEqual([
      [34, '{ "id": "Line", "type": "class", "name": "Position", "parent": "sales" },'],
    ]);
  });

  it("keeps what nobody here knows of with its owner", () => {
    const owner = textOf(
      umlCodec.write(withElement(graph, "Order", { name: "Purchase", parent: "sales" }), source),
    );
    expect(owner).toContain('"x-owner": { "team": "checkout", "since": 2019.50 }');
    expect(umlCodec.read(file).graph.elements.get("Order")?.properties).toEqual({ visibility: "public" });
  });

  it("has an element that was removed and put back with everything it had", () => {
    const without = new Map(graph.elements);
    without.delete("Order");
    const gone = { ...graph, elements: without };
    expect(textOf(umlCodec.write(gone, source))).not.toContain("x-owner");
    const back = { ...gone, elements: new Map(graph.elements) };
    expect(textOf(umlCodec.write(back, source))).toBe(textOf(file));
  });

  it("gets new elements in the manner of their siblings", () => {
    const made: Element = {
      id: "N",
      type: "class",
      name: "New",
      documentation: "",
      properties: { isAbstract: true },
    };
    const elements = new Map([...graph.elements, ["N", made] as const]);
    const written = textOf(umlCodec.write({ ...graph, elements }, source));
    expect(written).toContain(
      '"parent": "OrderState" },\n    {"id": "N", "type": "class", "name": "New", "isAbstract": true}\n  ],',
    );
  });

  it("keeps keys inside of bounds and points", () => {
    const view = [...graph.views.values()][0];
    const node = view?.nodes.get("n2");
    if (!view || !node) throw new Error("no node");
    const nodes = new Map(view.nodes).set("n2", {
      ...node,
      bounds: { x: 1, y: 40, width: 160, height: 100 },
    });
    const written = textOf(
      umlCodec.write({ ...graph, views: new Map([[view.id, { ...view, nodes }]]) }, source),
    );
    expect(written).toContain('"bounds": { "x": 1, "y": 40, "width": 160, "height": 100, "z": 3 }');
  });

  it("is written from nothing, pretty, and read back", () => {
    const written = umlCodec.write(graph);
    expect(plain(umlCodec.read(written).graph)).toEqual(plain(graph));
    expect(textOf(written).split("\n").slice(0, 5)).toEqual([
      "{",
      '  "format": "ameide-uml",',
      '  "version": 1,',
      '  "id": "orders",',
      '  "name": "Orders",',
    ]);
    expect(textOf(umlCodec.write(emptyGraph("uml")))).toContain('"elements": []');
  });

  it("of a made-up model of 2,000 elements is read back", () => {
    const model = generateModel("uml", 2000);
    expect(sameValue(plain(umlCodec.read(umlCodec.write(model)).graph), plain(model))).toBe(true);
  });
});

describe("mistakes in a file", () => {
  const { problems, graph } = umlCodec.read(bytesOf(MISTAKES));
  const found = (code: string) => problems.filter((problem) => problem.code === code).map(({ line }) => line);

  it.each([
    ["DUPLICATE_KEY", [6]],
    ["MISSING_ID", [7, 15]],
    ["DUPLICATE_ID", [9, 16, 21]],
    ["UNKNOWN_TYPE", [10]],
    ["UNKNOWN_LIFECYCLE", [10]],
    ["UNSAFE_KEY", [11]],
    ["WRONG_VALUE", [5, 8, 11, 11, 11, 20, 21, 22]],
    ["DANGLING_REFERENCE", [10, 14, 21]],
  ])("%s are reported with their lines", (code, lines) => {
    expect(found(code)).toEqual(lines);
  });

  it("cost nothing that can be used", () => {
    expect([...graph.elements.keys()]).toEqual(["A", "elements-2", "elements-4", "G", "W"]);
    expect([...graph.relations.keys()]).toEqual(["r", "relations-1", "relations-2"]);
    expect(Object.getPrototypeOf(graph.elements.get("W")?.properties)).toBe(Object.prototype);
    expect("polluted" in {}).toBe(false);
  });
});

function refusalOf(file: Uint8Array): unknown {
  try {
    return umlCodec.read(file);
  } catch (error) {
    return error instanceof UnreadableModel ? error.problem : error;
  }
}

describe("a file that cannot be read", () => {
  const HEAD = '{"format":"ameide-uml","version":1,';
  it.each([
    ["nothing", "", "INVALID_JSON"],
    ["another format", '{"format":"other"}', "UNKNOWN_FORMAT"],
    ["a list", "[]", "UNKNOWN_FORMAT"],
    ["a later version", '{"format":"ameide-uml","version":2}', "UNSUPPORTED_VERSION"],
    ["an end that is missing", `${HEAD}"elements":[`, "INVALID_JSON"],
    ["more after the end", `${HEAD}"elements":[]}{}`, "INVALID_JSON"],
    ["a comma too many", `${HEAD}"elements":[],}`, "INVALID_JSON"],
    ["a comment", `${HEAD}/* hello */"elements":[]}`, "INVALID_JSON"],
    ["NaN", `${HEAD}"x":NaN}`, "INVALID_JSON"],
    ["a leading zero", `${HEAD}"x":01}`, "INVALID_JSON"],
    ["a string over lines", `${HEAD}"x":"a\nb"}`, "INVALID_JSON"],
    ["an unknown escape", `${HEAD}"x":"\\q"}`, "INVALID_JSON"],
    ["a string without end", `${HEAD}"x":"abc`, "INVALID_JSON"],
    ["100,000 deep nesting", `${HEAD}"x":${"[".repeat(100_000)}`, "TOO_DEEP"],
    ["a string of 10 MB", `${HEAD}"x":"${"a".repeat(10_000_000)}"}`, "TEXT_TOO_LONG"],
    ["a key of 10 MB", `${HEAD}"${"a".repeat(10_000_000)}":1}`, "TEXT_TOO_LONG"],
    ["a number of 10 MB", `${HEAD}"x":${"1".repeat(10_000_000)}}`, "TEXT_TOO_LONG"],
    ["too many values", `${HEAD}"x":[${"0,".repeat(JSON_LIMITS.values)}0]}`, "TOO_MANY_VALUES"],
    ["more than 64 MB", " ".repeat(64 * 1024 * 1024 + 1), "FILE_TOO_LARGE"],
  ])("because of %s is refused", (_, text, code) => {
    expect(refusalOf(bytesOf(text))).toMatchObject({ code, severity: "error" });
  });

  it("because it is not UTF-8 is refused", () => {
    expect(() => umlCodec.read(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]))).toThrow("UTF-8");
  });

  it("says the line", () => {
    const broken = bytesOf('{\n"format": "ameide-uml",\n"version": 1,\n"elements": [}\n');
    expect(() => umlCodec.read(broken)).toThrow("line 4");
  });
});

it("a source of another codec is of no concern: files are recognised by their beginning", () => {
  const source: Source = { notation: "uml", graph: emptyGraph("uml") };
  expect(source.notation).toBe(umlCodec.notation);
  expect(umlCodec.recognises('{ "name": "x", "format" : "ameide-uml"')).toBe(true);
  expect(umlCodec.recognises('<?xml version="1.0"?>')).toBe(false);
  expect(umlCodec.recognises('{"format":"other"}')).toBe(false);
});

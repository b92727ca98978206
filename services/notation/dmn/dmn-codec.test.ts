import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edited, graphEdits, type EditWords } from "../../testing/graph-edits.ts";
import { generateModel } from "../../testing/model-graphs.ts";
import { DISHES, LOANS, MISTAKES, ONE_LINE } from "../../testing/models/dmn-files.ts";
import { Schemas } from "../corpus/schemas.ts";
import { sameFile } from "../corpus/same-file.ts";
import { emptyGraph, type Element, type Graph, type Relation } from "../graph.ts";
import { UnreadableModel } from "../problem.ts";
import { dmnCodec } from "./dmn-codec.ts";
import { fieldsOf } from "./item-fields.ts";
import { ELEMENT_TYPES, RELATION_TYPES } from "./item-types.ts";
import { DMN_1_3 } from "./namespaces.ts";
import { rankOf } from "./schema-order.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = (file: Uint8Array) => new TextDecoder().decode(file);
const FILES = { DISHES, LOANS, ONE_LINE, MISTAKES };

const folder = join(
  createRequire(import.meta.url).resolve("dmn-moddle/package.json"),
  "../resources/dmn/xsd",
);
const schemas = new Schemas(
  Object.fromEntries(
    ["DMN13.xsd", "DMNDI13.xsd", "DI.xsd", "DC.xsd"].map((name) => [
      `dmn/${name}`,
      readFileSync(join(folder, name)),
    ]),
  ),
);
const faults = (file: Uint8Array) => schemas.faults(file, DMN_1_3.model);

const words: EditWords = {
  elementTypes: [...ELEMENT_TYPES],
  relationTypes: [...RELATION_TYPES],
  properties: [
    ...new Set(
      [...ELEMENT_TYPES, ...RELATION_TYPES].flatMap((type) => fieldsOf(type).map(({ name }) => name)),
    ),
    "anything",
    "fill",
    "labelText",
  ],
};

/** With the order that a file can have: among the siblings of one kind. */
function plain(graph: Graph) {
  const siblings = new Map<string, string[]>();
  const join_ = (key: string, id: string) => siblings.set(key, [...(siblings.get(key) ?? []), id]);
  for (const { id, type, parent } of graph.elements.values())
    join_(parent === undefined ? `definitions ${rankOf("definitions", type)}` : `${parent} ${type}`, id);
  for (const { id, type, target } of graph.relations.values())
    join_(type === "association" ? type : `${target} ${type}`, id);
  return {
    ...graph,
    siblings: Object.fromEntries(siblings),
    elements: Object.fromEntries(graph.elements),
    relations: Object.fromEntries(graph.relations),
    views: [...graph.views.values()].map((view) => ({
      ...view,
      nodes: [...view.nodes.values()],
      connections: [...view.connections.values()],
    })),
  };
}

const withElement = (graph: Graph, id: string, fields: Partial<Element>): Graph => ({
  ...graph,
  elements: new Map(graph.elements).set(id, { ...(graph.elements.get(id) as Element), ...fields }),
});

describe.each(Object.entries(FILES))("%s", (_, text) => {
  const file = bytesOf(text);
  const { graph, source } = dmnCodec.read(file);

  it("comes out as it went in when nothing changed", () => {
    const copy = { ...graph, elements: new Map(graph.elements), views: new Map(graph.views) };
    for (const same of [graph, copy]) expect(sameFile(file, dmnCodec.write(same, source)).same).toBe(true);
  });

  it("is read back as it was written, whatever was edited", () => {
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const changed = edited(graph, edits, words);
        expect(plain(dmnCodec.read(dmnCodec.write(changed, source)).graph)).toEqual(plain(changed));
      }),
      { numRuns: 120 },
    );
  });

  it("says the same when all edits are taken back", () => {
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const changed = dmnCodec.read(dmnCodec.write(edited(graph, edits, words), source));
        const restored = dmnCodec.read(dmnCodec.write(graph, changed.source)).graph;
        expect(plain(restored)).toEqual(plain(graph));
      }),
      { numRuns: 40 },
    );
  });
});

describe("what is read", () => {
  const { graph } = dmnCodec.read(bytesOf(DISHES));

  it("are decisions with the columns and rows of their tables, in their order", () => {
    const inside = [...graph.elements.values()].filter(({ parent }) => parent === "Decision_Dish");
    expect(inside.map(({ id }) => id)).toEqual([
      "Clause_Season",
      "Clause_Guests",
      "Clause_Dish",
      "Rule_1",
      "Rule_2",
    ]);
    expect(graph.elements.get("Decision_Dish")?.properties).toEqual({
      question: "What is cooked?",
      typeRef: "string",
      hitPolicy: "FIRST",
      annotations: ["Why"],
    });
    expect(graph.elements.get("Rule_1")).toMatchObject({
      documentation: "Heavy food",
      properties: {
        inputEntries: ['"Winter"', "<= 8"],
        outputEntries: ['"Roast"'],
        annotationEntries: ["it is cold"],
      },
    });
    expect(graph.elements.get("Clause_Season")).toMatchObject({
      name: "Season",
      properties: { expression: "season", typeRef: "string", inputValues: '"Winter","Summer"' },
    });
  });

  it("are expressions, functions and what knows of them", () => {
    expect(graph.elements.get("Decision_Guests")?.properties).toEqual({
      typeRef: "number",
      literalExpression: "if weekday then 4 else 10",
    });
    expect(graph.elements.get("Knowledge_Taste")?.properties).toEqual({
      kind: "FEEL",
      parameters: [{ name: "who", typeRef: "tGuest" }, { name: "what" }],
      literalExpression: "who.age > 12",
    });
    expect(graph.elements.get("Source_Cook")?.properties).toEqual({
      locationURI: "https://example.org/cook",
      type: "person",
      owner: "Unit_Kitchen",
    });
    expect(graph.elements.get("Note_1")?.name).toBe("To be tasted");
    const loans = dmnCodec.read(bytesOf(LOANS)).graph;
    expect(loans.elements.get("_affordable")?.properties["boxedExpression"]).toBe("context");
    expect(loans.elements.get("_service")?.properties).toEqual({
      outputDecision: ["_affordable"],
      encapsulatedDecision: ["_installment"],
      inputData: ["_income"],
    });
  });

  it("are requirements, from what is required to what requires it", () => {
    expect([...graph.relations.values()].map(({ id, source, target }) => [id, source, target])).toEqual([
      ["Requirement_Season", "Input_Season", "Decision_Dish"],
      ["Requirement_Guests", "Decision_Guests", "Decision_Dish"],
      ["Requirement_Taste", "Knowledge_Taste", "Decision_Dish"],
      ["Requirement_Cook", "Source_Cook", "Decision_Dish"],
      ["Association_1", "Decision_Dish", "Note_1"],
    ]);
  });

  it("are diagrams, with the boxes at both ends of a line", () => {
    const view = graph.views.get("Diagram_1");
    expect(view?.connections.get("Edge_Guests")).toMatchObject({
      source: "Shape_Guests",
      target: "Shape_Dish",
    });
    expect(view?.nodes.get("Shape_Guests")?.properties).toEqual({ fill: "#ff8000", fontFamily: "Arial" });
    expect(view?.nodes.get("Shape_Season")).toMatchObject({
      bounds: { x: 7, y: 215, width: 125, height: 45 },
      label: { x: 20, y: 230, width: 50, height: 15 },
    });
  });
});

describe("what is written", () => {
  const { graph, source } = dmnCodec.read(bytesOf(DISHES));
  const unchanged = new Set(textOf(dmnCodec.write(graph, source)).split("\n"));
  const changedLines = (after: Graph) => {
    return textOf(dmnCodec.write(after, source))
      .split("\n")
      .filter((line) => !unchanged.has(line))
      .map((line) => line.trim().replace(" />", "/>"));
  };

  it("differs in one cell when one cell changed", () => {
    const properties = { ...graph.elements.get("Rule_1")?.properties, outputEntries: ['"Goulash"'] };
    expect(changedLines(withElement(graph, "Rule_1", { properties }))).toEqual(['<text>"Goulash"</text>']);
  });

  it("calls the variable of a decision as the decision", () => {
    expect(changedLines(withElement(graph, "Decision_Guests", { name: "Number" }))).toEqual([
      '<decision id="Decision_Guests" name="Number">',
      '<variable id="Guests_variable" name="Number" typeRef="number"/>',
    ]);
  });

  it("has what was removed and put back with all that nobody here knows of", () => {
    const gone = new Map(
      [...graph.elements].filter(([id, { parent }]) => id !== "Decision_Dish" && parent !== "Decision_Dish"),
    );
    expect(textOf(dmnCodec.write({ ...graph, elements: gone }, source))).not.toContain("historyTimeToLive");
    const back = { ...graph, elements: new Map([...gone, ...graph.elements]) };
    const file = textOf(dmnCodec.write(back, source));
    for (const part of ['vendor:historyTimeToLive="7"', "biodi:annotationsWidth", "<!-- the rules are read"])
      expect(file).toContain(part);
  });

  it("has a new rule like its siblings, and a new requirement in its place", () => {
    const rule: Element = {
      id: "Rule_3",
      type: "rule",
      name: "",
      parent: "Decision_Dish",
      documentation: "",
      properties: { inputEntries: ["-", "> 20"], outputEntries: ['"Buffet"'] },
    };
    const needs: Relation = {
      id: "Requirement_New",
      type: "informationRequirement",
      name: "",
      source: "Input_Season",
      target: "Decision_Guests",
      documentation: "",
      properties: {},
    };
    const after = {
      ...graph,
      elements: new Map(graph.elements).set("Rule_3", rule),
      relations: new Map(graph.relations).set(needs.id, needs),
    };
    expect(changedLines(after)).toEqual([
      '<rule id="Rule_3">',
      '<inputEntry id="Rule_3_inputEntry">',
      "<text>-</text>",
      '<inputEntry id="Rule_3_inputEntry_2">',
      "<text>&gt; 20</text>",
      '<outputEntry id="Rule_3_outputEntry">',
      '<text>"Buffet"</text>',
      '<informationRequirement id="Requirement_New">',
    ]);
    expect(faults(dmnCodec.write(after, source))).toEqual([]);
  });

  it("keeps to the version and the prefixes of the file", () => {
    const loans = dmnCodec.read(bytesOf(LOANS));
    const made: Element = {
      id: "_new",
      type: "decision",
      name: "New",
      documentation: "Why",
      properties: { typeRef: "string" },
    };
    const written = textOf(
      dmnCodec.write(
        { ...loans.graph, elements: new Map(loans.graph.elements).set("_new", made) },
        loans.source,
      ),
    );
    expect(written).toContain(
      [
        '    <semantic:decision id="_new" name="New">',
        "        <semantic:description>Why</semantic:description>",
        '        <semantic:variable id="_new_variable" name="New" typeRef="string"/>',
        "    </semantic:decision>",
      ].join("\n"),
    );
  });

  it("is what the schema wants, from files that were so and from nothing", () => {
    expect(faults(bytesOf(DISHES))).toEqual([]);
    expect(
      faults(dmnCodec.write(withElement(graph, "Source_Cook", { documentation: "Ask" }), source)),
    ).toEqual([]);
    expect(faults(dmnCodec.write(graph))).toEqual([]);
    expect(faults(dmnCodec.write(emptyGraph("dmn")))).toEqual([]);
  });

  it("is read back when there was no file before", () => {
    for (const model of [graph, generateModel("dmn", 2000), emptyGraph("dmn")])
      expect(plain(dmnCodec.read(dmnCodec.write(model)).graph)).toEqual(plain(model));
  });
});

describe("mistakes in a file", () => {
  const { problems, graph } = dmnCodec.read(bytesOf(MISTAKES));

  it("are reported with their lines", () => {
    expect(problems.map(({ code, line }) => [code, line])).toEqual([
      ["DMN_NAMESPACE", 1],
      ["DUPLICATE_ID", 8],
      ["DUPLICATE_ID", 13],
      ["DUPLICATE_ID", 24],
      ["MISSING_NAME", 2],
      ["MISPLACED_ELEMENT", 14],
      ["UNKNOWN_ELEMENT", 15],
      ["DANGLING_REFERENCE", 3],
      ["DANGLING_REFERENCE", 6],
      ["DANGLING_REFERENCE", 16],
      ["DANGLING_REFERENCE", 22],
    ]);
  });

  it("cost nothing that can be used", () => {
    expect([...graph.elements.keys()]).toEqual(["A", "A_2", "A_3", "lost", "S"]);
    expect(graph.elements.get("A")?.properties).toEqual({ literalExpression: "1" });
  });
});

describe("a file that is not DMN", () => {
  it.each([
    ["BPMN", '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'],
    ["without a namespace", "<definitions/>"],
    ["of another root", '<decision xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'],
    ["no XML", "hello"],
  ])("%s is refused", (_, text) => {
    expect(() => dmnCodec.read(bytesOf(text))).toThrow(UnreadableModel);
  });

  it("is not recognised", () => {
    expect(Object.values(FILES).map((text) => dmnCodec.recognises(text.slice(0, 1000)))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(dmnCodec.recognises('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">')).toBe(
      false,
    );
  });
});

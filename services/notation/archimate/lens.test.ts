import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyChanges } from "../apply-changes.ts";
import type { Change } from "../change.ts";
import { emptyGraph, type Graph } from "../graph.ts";
import { UnreadableModel } from "../problem.ts";
import { canonicalXml } from "../xml/canonical-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import { archimateCodec } from "./archimate-codec.ts";
import { changedArchimate, inNestingOrder } from "../../testing/archimate-edits.ts";
import { graphEdits } from "../../testing/graph-edits.ts";

const file = readFileSync(join(import.meta.dirname, "models/order-handling.xml"));
const { graph, source, problems } = archimateCodec.read(file);
/** However empty elements are written. */
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replaceAll(" />", "/>");
const written = (...changes: Change[]) => text(archimateCodec.write(applyChanges(graph, changes), source));
const rename = (id: string, from: string, to: string): Change => ({
  op: "set",
  ref: { kind: "element", id },
  field: "name",
  from,
  to,
});

/** Lines of the one that the other does not have. */
const newLines = (before: string, after: string) => {
  const old = new Set(before.split("\n"));
  return after.split("\n").filter((line) => !old.has(line));
};

describe("an exchange file", () => {
  it("is read without a problem", () => {
    expect(problems).toEqual([]);
    expect(graph.name).toBe("Order handling");
    expect([graph.elements.size, graph.relations.size, graph.views.size]).toEqual([12, 11, 2]);
  });

  it("gives names in the main language, or in what there is", () => {
    expect(graph.elements.get("id-customer")?.name).toBe("Customer");
    expect(graph.elements.get("id-check")?.name).toBe("Vérifier");
  });

  it("gives properties by the names of their definitions, as their types", () => {
    expect(graph.elements.get("id-customer")?.properties).toEqual({
      Owner: ["Sales", "Marketing"],
      Cost: 12.5,
      Critical: true,
    });
    expect(graph.elements.get("id-ship")?.properties).toEqual({ Owner: "Warehouse" });
    expect(graph.elements.get("id-receive")).toMatchObject({ lifecycle: "current", properties: {} });
  });

  it("gives attributes of relationships as properties", () => {
    expect(graph.relations.get("id-r5")?.properties).toEqual({ accessType: "Write" });
    expect(graph.relations.get("id-r9")?.properties).toEqual({ modifier: "++" });
    expect(graph.relations.get("id-r10")?.properties).toEqual({ isDirected: true, Cost: 3 });
  });

  it("gives boxes inside boxes, notes and lines to lines", () => {
    const view = graph.views.get("id-overview");
    expect(view?.properties).toEqual({
      viewpoint: "Layered",
      viewpointRef: "id-viewpoint",
      Owner: "Architects",
    });
    expect(view?.nodes.get("n-module")).toEqual({
      id: "n-module",
      element: "id-module",
      parent: "n-erp",
      bounds: { x: 40, y: 300, width: 120, height: 55 },
      properties: {},
    });
    expect(view?.nodes.get("n-frame")?.properties).toMatchObject({
      type: "Container",
      label: "Business",
      fillColor: "#ffffb5",
      fillAlpha: 60,
      lineWidth: 2,
      fontStyle: "bold italic",
    });
    expect(view?.connections.get("c-note")).toMatchObject({ source: "n-note", target: "c-r2" });
    expect(view?.connections.get("c-r2")?.waypoints).toEqual([
      { x: 170, y: 87 },
      { x: 190, y: 88 },
    ]);
  });

  it("comes out as it went in when nothing has changed", () => {
    expect(text(archimateCodec.write(graph, source))).toBe(text(file));
    const copy: Graph = structuredClone(graph);
    expect(text(archimateCodec.write(copy, source))).toBe(text(file));
  });

  it("differs in the label only when a label has changed", () => {
    const after = written(rename("id-customer", "Customer", "Client"));
    expect(newLines(written(), after)).toEqual(['      <name xml:lang="en">Client</name>']);
    expect(newLines(after, written())).toEqual(['      <name xml:lang="en">Customer</name>']);
  });

  it("files what is new with its siblings, and takes what is gone out of its folder", () => {
    const item = graph.elements.get("id-goal");
    if (!item) throw new Error("the goal is missing");
    const after = written(
      { op: "remove", item: { kind: "element", value: item }, before: "id-group" },
      {
        op: "add",
        item: { kind: "element", value: { ...item, id: "id-pack", type: "BusinessProcess", name: "Pack" } },
      },
    );
    expect(after).toMatch(
      /<item identifierRef="id-junction"\/>\n {8}<item identifierRef="id-pack"\/>\n {6}<\/item>/,
    );
    expect(after).not.toContain('identifierRef="id-goal"');
  });

  it("is new without a source, and reads back as what it was written from", () => {
    const named = { ...graph, id: "id-new" };
    const made = archimateCodec.write(named);
    expect(archimateCodec.read(made).problems).toEqual([]);
    expect(inNestingOrder(archimateCodec.read(made).graph)).toEqual(inNestingOrder(named));
    expect(text(archimateCodec.write({ ...emptyGraph("archimate"), id: "id-1", name: "New" })))
      .toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <model xmlns="http://www.opengroup.org/xsd/archimate/3.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.opengroup.org/xsd/archimate/3.0/ http://www.opengroup.org/xsd/archimate/3.1/archimate3_Diagram.xsd" identifier="id-1">
        <name>New</name>
      </model>
      "
    `);
  });
});

describe("the laws of writing back", () => {
  it("hold for whatever changes: what is written reads as the graph that was written", () => {
    fc.assert(
      fc.property(graphEdits, (steps) => {
        const next = changedArchimate(graph, steps);
        const back = archimateCodec.read(archimateCodec.write(next, source));
        expect(inNestingOrder(back.graph)).toEqual(inNestingOrder(next));
      }),
      { numRuns: 400 },
    );
  });

  it("hold for what was written before", () => {
    fc.assert(
      fc.property(graphEdits, graphEdits, (first, second) => {
        const once = archimateCodec.read(archimateCodec.write(changedArchimate(graph, first), source));
        const next = changedArchimate(once.graph, second);
        const twice = archimateCodec.read(archimateCodec.write(next, once.source));
        expect(inNestingOrder(twice.graph)).toEqual(inNestingOrder(next));
      }),
      { numRuns: 100 },
    );
  });

  it("bring everything back that was removed and added again", () => {
    const none = archimateCodec.write(
      { ...graph, elements: new Map(), relations: new Map(), views: new Map() },
      source,
    );
    expect(text(none)).not.toContain("<elements");
    const again = archimateCodec.write(graph, source);
    expect(canonicalXml(readXml(again))).toBe(canonicalXml(readXml(file)));
  });
});

describe("files with mistakes", () => {
  const model = (inside: string, attributes = "") =>
    new TextEncoder().encode(
      `<a:model xmlns:a="http://www.opengroup.org/xsd/archimate/3.0/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" identifier="m"${attributes}>\n${inside}</a:model>`,
    );

  it.each([
    ["MISSING_ID", '<a:elements><a:element i:type="Goal"/></a:elements>'],
    [
      "DUPLICATE_ID",
      '<a:elements><a:element identifier="e" i:type="Goal"/><a:element identifier="e" i:type="Goal"/></a:elements>',
    ],
    ["UNKNOWN_TYPE", '<a:elements><a:element identifier="e" i:type="Spaceship"/></a:elements>'],
    [
      "DANGLING_REFERENCE",
      '<a:relationships><a:relationship identifier="r" source="x" target="y" i:type="Flow"/></a:relationships>',
    ],
    [
      "MISSING_BOUNDS",
      '<a:views><a:diagrams><a:view identifier="v"><a:node identifier="n" i:type="Label"/></a:view></a:diagrams></a:views>',
    ],
  ])("are read, and %s is said with its line", (code, inside) => {
    const bytes = model(inside);
    const read = archimateCodec.read(bytes);
    expect(read.problems).toMatchObject([{ severity: "warning", code, line: 2 }]);
    expect(canonicalXml(readXml(archimateCodec.write(read.graph, read.source)))).toBe(
      canonicalXml(readXml(bytes)),
    );
  });

  it("may say their version in the namespace, and name properties by an attribute", () => {
    const bytes = new TextEncoder().encode(
      '<model xmlns="http://www.opengroup.org/xsd/archimate/3.2/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" identifier="m"><elements><element identifier="e" xsi:type="Goal"><properties><property propertyDefinitionRef="p"><value>me</value></property></properties></element></elements><propertyDefinitions><propertyDefinition identifier="p" type="string" name="Owner"/></propertyDefinitions></model>',
    );
    const read = archimateCodec.read(bytes);
    expect(read.graph.elements.get("e")?.properties).toEqual({ Owner: "me" });
    expect(text(archimateCodec.write(read.graph, read.source))).toContain("archimate/3.2/");
  });

  it("drop relationships whose ends went, and keep them in the file", () => {
    const bytes = model(
      '<a:elements><a:element identifier="e" i:type="Goal"/></a:elements><a:relationships><a:relationship identifier="r2" source="e" target="r1" i:type="Association"/><a:relationship identifier="r1" source="e" target="gone" i:type="Flow"/></a:relationships>',
    );
    const read = archimateCodec.read(bytes);
    expect(read.graph.relations.size).toBe(0);
    expect(read.problems.map(({ itemId }) => itemId)).toEqual(["r1", "r2"]);
    const goal = read.graph.elements.get("e");
    const next = { ...read.graph, elements: new Map([["e", { ...goal, name: "Win" }]]) } as Graph;
    const after = text(archimateCodec.write(next, read.source));
    expect(after).toMatch(/<a:element identifier="e" i:type="Goal">\s*<a:name>Win<\/a:name>\s*<\/a:element>/);
    expect(after).toContain('identifier="r1"');
  });

  it.each([
    ["ARCHI_FILE", '<archimate:model xmlns:archimate="http://www.archimatetool.com/archimate" name="x"/>'],

    ["NOT_ARCHIMATE", "<html/>"],
  ])("of other formats are refused: %s", (code, other) => {
    const read = () => archimateCodec.read(new TextEncoder().encode(other));
    expect(read).toThrow(UnreadableModel);
    expect(read).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code, line: 1 }) }));
    expect(archimateCodec.recognises(other)).toBe(code !== "NOT_ARCHIMATE");
  });
});

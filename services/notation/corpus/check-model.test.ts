import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadSchemas } from "../../corpus/load-schemas.ts";
import { bpmnCodec } from "../bpmn/codec.ts";
import type { Graph } from "../graph.ts";
import type { Codec, Source } from "../notation.ts";
import { codecForFile } from "../notations.ts";
import { checkModel } from "./check-model.ts";
import type { ModelReport } from "./model-report.ts";
import { Schemas } from "./schemas.ts";
import { rootNamespaceOf } from "./tree-of.ts";

const BPMN = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:v="urn:vendor" id="D" targetNamespace="urn:t">
  <!-- kept -->
  <process id="P" name="Order" v:colour="red">
    <extensionElements><v:more/></extensionElements>
    <startEvent id="S" name="Start"/>
    <task id="T" name="Check stock"/>
    <sequenceFlow id="F" sourceRef="S" targetRef="T"/>
  </process>
</definitions>
`;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (file: Uint8Array): string => new TextDecoder().decode(file);
const schemas = new Schemas(loadSchemas(undefined));

const check = (file: string, codec: Codec = bpmnCodec as Codec): ModelReport =>
  checkModel(utf8(file), codec, { schemas, now: () => 0 });

/** The BPMN codec with a mistake in what it writes. */
const writing = (mistake: (written: string, graph: Graph, source: Source) => string): Codec => ({
  ...(bpmnCodec as Codec),
  write: (graph, source) =>
    utf8(mistake(textOf((bpmnCodec as Codec).write(graph, source)), graph, source as Source)),
});

describe("checking a model", () => {
  it("finds nothing where nothing is wrong", () => {
    expect(check(BPMN)).toMatchObject({
      notation: "bpmn",
      faults: [],
      schema: "valid",
      sameBy: "libxml2",
      renamed: "P",
      relations: 1,
    });
  });

  it("finds a comment that got lost, with element and line", () => {
    const { faults } = check(
      BPMN,
      writing((written) => written.replace("<!-- kept -->\n  ", "")),
    );
    expect(faults).toContainEqual(
      expect.objectContaining({ check: "no-op export", element: "definitions D", line: 2 }),
    );
  });

  it("finds an attribute of a vendor that changed", () => {
    const { faults } = check(
      BPMN,
      writing((written) => written.replace('"red"', '"blue"')),
    );
    expect(faults).toContainEqual({
      check: "no-op export",
      element: "process P",
      line: 4,
      reason: 'attribute urn:vendor v:colour: "red" became "blue"',
    });
  });

  it("finds what reads otherwise than it was written, item by item", () => {
    const { faults } = check(
      BPMN,
      writing((written) => written.replace('name="Start"', "")),
    );
    expect(faults).toContainEqual({
      check: "round trip",
      element: "S",
      reason: 'name: "Start" became ""',
    });
  });

  it("finds an export that became invalid, and holds against nobody what was invalid before", () => {
    const mistake = writing((written) => written.replace(' sourceRef="S"', ""));
    expect(check(BPMN, mistake).faults).toContainEqual(
      expect.objectContaining({ check: "schema", line: 8, reason: expect.stringContaining("sourceRef") }),
    );
    const before = check(BPMN.replace(' sourceRef="S"', ""));
    expect(before).toMatchObject({ schema: "was invalid before", faults: [] });
    expect(before.invalidBecause[0]).toMatch(/^line 8: .*sourceRef/);
  });

  it("finds a rename that changes something else, or nothing", () => {
    const more = writing((written, graph, source) =>
      graph.elements.get("P")?.name === source.graph.elements.get("P")?.name
        ? written
        : written.replace('"Start"', '"Begin"'),
    );
    expect(check(BPMN, more).faults).toContainEqual(
      expect.objectContaining({ check: "edit", reason: expect.stringContaining("attribute name (line 6)") }),
    );
    const less = writing(() => BPMN);
    expect(check(BPMN, less).faults).toContainEqual(
      expect.objectContaining({ check: "edit", reason: "a rename changed nothing in the file" }),
    );
  });

  it("reports a crash as a fault, in reading and in writing", () => {
    const crash = (): never => {
      throw new TypeError("x is not a function");
    };
    expect(check(BPMN, { ...(bpmnCodec as Codec), read: crash }).faults).toMatchObject([
      { check: "import", reason: expect.stringContaining("x is not a function") },
    ]);
    expect(check(BPMN, { ...(bpmnCodec as Codec), write: crash }).faults).toMatchObject([
      { check: "no-op export" },
      { check: "edit" },
    ]);
  });

  it("tells what is refused, and why", () => {
    const { refused, faults } = check("<definitions>");
    expect(refused).toMatchObject({ code: "XML_NOT_WELL_FORMED", line: 1 });
    expect(faults).toEqual([]);
  });
});

describe("knowing a file", () => {
  const models = join(import.meta.dirname, "..");
  it.each([
    ["bpmn", BPMN],
    ["bpmn", `\uFEFF\n${BPMN}`],
    ["dmn", '<?x?><!-- c --><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'],
    ["archimate", readFileSync(join(models, "archimate/models/order-handling.xml"), "utf8")],
    ["uml", '{ "format": "ameide-uml", "version": 1 }'],
    [undefined, '<cmmn:definitions xmlns:cmmn="http://www.omg.org/spec/CMMN" exporter="bpmn.io"/>'],
    [undefined, `A text that quotes a model:\n${BPMN}`],
    [undefined, "<html/>"],
    [undefined, ""],
  ])("goes by its content: %s", (notation, text) => {
    expect(codecForFile(utf8(text))?.notation).toBe(notation);
  });

  it.each([
    ["urn:a", "<a xmlns='urn:a'/>"],
    ["urn:p", '<!-- <x> --><?y?>\n<p:a b="1"\n  xmlns="urn:a" xmlns:p = "urn:p">'],
    [undefined, "<a/>"],
    [undefined, "{}"],
  ])("the namespace of the root is %s in %s", (namespace, text) => {
    expect(rootNamespaceOf(utf8(text))).toBe(namespace);
  });
});

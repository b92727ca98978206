import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brokenRules, changedWithinBpmn, unordered } from "../../testing/bpmn-edits.ts";
import { schemaErrors } from "../../testing/bpmn-schema.ts";
import { graphEdits } from "../../testing/graph-edits.ts";
import { emptyGraph } from "../graph.ts";
import { canonicalXml } from "../xml/canonical-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import { bpmnCodec } from "./codec.ts";

const NAMES = ["order-handling", "default-namespace", "minified-mistakes", "choreography"];
const VALID = NAMES.filter((name) => name !== "minified-mistakes");
const bytesOf = (name: string) => readFileSync(join(import.meta.dirname, `models/${name}.bpmn`));
const canonical = (file: Uint8Array) => canonicalXml(readXml(file));

describe("a BPMN file", () => {
  it.each(NAMES)("%s comes out as it went in when nothing changed", (name) => {
    const file = bytesOf(name);
    const { graph, source } = bpmnCodec.read(file);
    expect(canonical(bpmnCodec.write(graph, source))).toBe(canonical(file));
    expect(canonical(bpmnCodec.write({ ...graph }, source))).toBe(canonical(file));
  });

  it.each(VALID)("%s is valid by the schema of the OMG", (name) => {
    expect(schemaErrors(bytesOf(name))).toEqual([]);
  });

  it.each(NAMES)("%s holds every change that BPMN has a place for", (name) => {
    const { graph, source } = bpmnCodec.read(bytesOf(name));
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const wanted = changedWithinBpmn(graph, edits);
        const again = bpmnCodec.read(bpmnCodec.write(wanted, source));
        expect(unordered(again.graph)).toEqual(unordered(wanted));
      }),
      { numRuns: 150 },
    );
  });

  it.each(VALID)("%s stays valid by the schema as long as no rule is broken", (name) => {
    const { graph, source } = bpmnCodec.read(bytesOf(name));
    let tried = 0;
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const made = changedWithinBpmn(graph, edits.slice(0, 4));
        if (brokenRules(made).length > 0) return;
        tried++;
        for (const from of [source, undefined]) expect(schemaErrors(bpmnCodec.write(made, from))).toEqual([]);
      }),
      { numRuns: 150 },
    );
    expect(tried).toBeGreaterThan(50);
  });

  it.each(NAMES)("%s becomes a new file of the same graph without its source", (name) => {
    const { graph } = bpmnCodec.read(bytesOf(name));
    expect(unordered(bpmnCodec.read(bpmnCodec.write(graph)).graph)).toEqual(unordered(graph));
  });

  it.each(NAMES)("%s has nothing of a change left after its inverse", (name) => {
    const file = bytesOf(name);
    const { graph, source } = bpmnCodec.read(file);
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const changed = changedWithinBpmn(graph, edits);
        bpmnCodec.write(changed, source);
        expect(canonical(bpmnCodec.write({ ...graph }, source))).toBe(canonical(file));
      }),
      { numRuns: 30 },
    );
  });
});

it("an empty graph is an empty, valid file", () => {
  const file = bpmnCodec.write(emptyGraph("bpmn"));
  expect(bpmnCodec.read(file).graph).toEqual(emptyGraph("bpmn"));
  expect(schemaErrors(file)).toEqual([]);
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brokenRules, changedWithinBpmn, unordered } from "../../testing/bpmn-edits.ts";
import { schemaErrors } from "../../testing/bpmn-schema.ts";
import { graphEdits } from "../../testing/graph-edits.ts";
import { available, locate } from "../../testing/requirements.ts";
import { applyChanges } from "../apply-changes.ts";
import type { Graph } from "../graph.ts";
import { canonicalXml } from "../xml/canonical-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import { bpmnCodec } from "./codec.ts";

const folder = available("corpus") ? join(locate("corpus") ?? "", "bpmn") : undefined;
const names = folder
  ? readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".bpmn"))
  : [];
const bytesOf = (name: string) => readFileSync(join(folder ?? "", name));
const canonical = (file: Uint8Array) => canonicalXml(readXml(file));

describe.skipIf(!folder)("BPMN files of others", () => {
  it.each(names)("%s comes out as it went in", (name) => {
    const file = bytesOf(name);
    const { graph, source } = bpmnCodec.read(file);
    const written = bpmnCodec.write({ ...graph }, source);
    expect(canonical(written)).toBe(canonical(file));
    expect(bpmnCodec.read(written).graph).toEqual(graph);
    expect(schemaErrors(written)).toHaveLength(schemaErrors(file).length);
  });

  it.each(names)("%s differs in one attribute when one name is another", (name) => {
    const { graph, source } = bpmnCodec.read(bytesOf(name));
    const task = [...graph.elements.values()].find(
      ({ name: called, type }) => called !== "" && /task$/i.test(type),
    );
    const rename = { op: "set", field: "name", from: task?.name, to: "Renamed & <new>" } as const;
    const ref = { kind: "element", id: task?.id ?? "" } as const;
    const [before, after] = [graph, applyChanges(graph, [{ ...rename, ref }])].map((of) =>
      canonical(bpmnCodec.write({ ...of }, source)).split(/(?=<)/),
    );
    expect(after?.filter((tag, i) => tag !== before?.[i])).toHaveLength(1);
    expect(after).toHaveLength(before?.length ?? 0);
  });

  it.each(names)("%s holds random changes, and stays valid where no rule is broken by them", (name) => {
    const file = bytesOf(name);
    const { graph, source } = bpmnCodec.read(file);
    const wasBroken = new Set(brokenRules(graph));
    const wasValid = schemaErrors(file).length === 0;
    const newErrors = (changed: Graph, written: Uint8Array) =>
      wasValid && brokenRules(changed).every((problem) => wasBroken.has(problem))
        ? schemaErrors(written)
        : [];
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const wanted = changedWithinBpmn(graph, edits.slice(0, 6));
        const written = bpmnCodec.write(wanted, source);
        expect(unordered(bpmnCodec.read(written).graph)).toEqual(unordered(wanted));
        expect(newErrors(wanted, written)).toEqual([]);
      }),
      { numRuns: 8 },
    );
  });
});

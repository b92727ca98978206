import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { applyChanges } from "../../apply-changes.ts";
import type { Change } from "../../change.ts";
import { emptyGraph } from "../../graph.ts";
import { bpmnCodec } from "../codec.ts";
import { drawAll } from "../layout/auto-layout.ts";
import { bpmnLayout } from "../layout/bpmn-layout.ts";
import { lintBpmn } from "./lint-bpmn.ts";
import { RECOMMENDED } from "./recommended.ts";

const file = readFileSync(join(import.meta.dirname, "../models/order-handling.bpmn"), "utf8");

const element = (id: string, type: string, parent?: string): Change => ({
  op: "add",
  item: {
    kind: "element",
    value: { id, type, name: id, documentation: "", properties: {}, ...(parent !== undefined && { parent }) },
  },
});
const flow = (id: string, source: string, target: string): Change => ({
  op: "add",
  item: {
    kind: "relation",
    value: { id, type: "sequenceFlow", name: "", source, target, documentation: "", properties: {} },
  },
});
const PROCESS = applyChanges(emptyGraph("bpmn"), [
  element("P", "process"),
  element("a", "startEvent", "P"),
  element("b", "task", "P"),
  element("c", "endEvent", "P"),
  flow("f", "a", "b"),
  flow("g", "b", "c"),
]);

describe("advice on BPMN", () => {
  it("is what bpmnlint says, as warnings with the element's id", async () => {
    const problems = await lintBpmn(file.replace('name="Check order"', ""));
    expect(problems).toContainEqual(
      expect.objectContaining({ severity: "warning", code: "bpmnlint/label-required", itemId: "Task_check" }),
    );
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  it("uses all recommended rules but the one that wants a diagram", () => {
    const require = createRequire(import.meta.url);
    const { rules } = require("bpmnlint/config/recommended.js") as { rules: object };
    expect([...Object.keys(RECOMMENDED), "no-bpmndi"].toSorted()).toEqual(Object.keys(rules).toSorted());
  });

  it("says of what it cannot read that it cannot", async () => {
    expect(await lintBpmn("<nothing/>")).toMatchObject([{ code: "bpmnlint/unreadable" }]);
  });
});

describe("a model without a view", () => {
  it("is drawn as a whole, and nothing else of it changes", async () => {
    const changes = await drawAll(PROCESS);
    const drawn = applyChanges(PROCESS, changes);
    expect(drawn.elements).toEqual(PROCESS.elements);
    const [view] = drawn.views.values();
    expect([...(view?.nodes.values() ?? [])].map((node) => node.element).toSorted()).toEqual(["a", "b", "c"]);
    expect([...(view?.connections.values() ?? [])].map((line) => line.relation).toSorted()).toEqual([
      "f",
      "g",
    ]);
    expect(bpmnLayout.place(drawn, ["a", "b", "f"])).toEqual([]);
    expect(bpmnCodec.read(bpmnCodec.write(drawn)).graph).toEqual(drawn);
  });

  it("is left alone when it has one", async () => {
    expect(await drawAll(bpmnCodec.read(new TextEncoder().encode(file)).graph)).toEqual([]);
  });
});

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePatch } from "../../graphpatch/compile/index.ts";
import { DISHES } from "../../testing/models/dmn-files.ts";
import { anyOperations, possibleOf } from "../../testing/patches/any-notation.ts";
import { operations } from "../../testing/patches/operations.ts";
import { Schemas } from "../corpus/schemas.ts";
import type { View } from "../graph.ts";
import { overlaps } from "../layout/free-place.ts";
import { dmnKit } from "./dmn-kit.ts";
import { DMN_1_3 } from "./namespaces.ts";

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
const { graph, source } = dmnKit.codec.read(new TextEncoder().encode(DISHES));

const compile = (...each: Parameters<typeof operations>) =>
  compilePatch({
    kit: dmnKit,
    graph,
    operations: operations(...each.map((operation, i) => ({ id: `op${i}`, ...operation }))),
    seed: "seed",
  });

describe("a patch of a decision table", () => {
  it("adds a rule before another one, with an entry for each column", () => {
    const { ok, graph: after } = compile(
      { addNode: { type: "rule", near: { nodeId: "Rule_2" }, elementId: "Rule_0" } },
      { move: { target: { nodeId: "Rule_0" }, before: { nodeId: "Rule_1" } } },
      {
        updateNode: {
          target: { nodeId: "Rule_0" },
          properties: { inputEntries: ['"Summer"', "-"], outputEntries: ['"Salad"'] },
        },
      },
    );
    expect(ok).toBe(true);
    expect([...after.elements.values()].filter(({ type }) => type === "rule").map(({ id }) => id)).toEqual([
      "Rule_0",
      "Rule_1",
      "Rule_2",
    ]);
    const file = dmnKit.codec.write(after, source);
    expect(faults(file)).toEqual([]);
    expect(new TextDecoder().decode(file)).toMatch(/<rule id="Rule_0">[^]*"Salad"[^]*<rule id="Rule_1">/);
  });

  it("gives a new rule what it needs when nobody says", () => {
    const { ok, graph: after } = compile({ addNode: { type: "row", parent: { nodeId: "Decision_Dish" } } });
    expect(ok).toBe(true);
    expect([...after.elements.values()].at(-1)?.properties).toEqual({
      inputEntries: ["-", "-"],
      outputEntries: [""],
    });
  });

  it("is refused when a new column leaves rules behind, and passes when they follow", () => {
    const column = {
      addNode: { type: "input column", name: "Weather", parent: { nodeId: "Decision_Dish" } },
    };
    const { ok, problems } = compile(column);
    expect(ok).toBe(false);
    expect(
      problems.filter(({ severity }) => severity === "error").map(({ code, itemId }) => [code, itemId]),
    ).toEqual([
      ["dmn/rule-entries", "Rule_1"],
      ["dmn/rule-entries", "Rule_2"],
    ]);
    const follow = ["Rule_1", "Rule_2"].map((nodeId) => ({
      updateNode: { target: { nodeId }, properties: { inputEntries: ["-", "-", "-"] } },
    }));
    expect(compile(column, ...follow).ok).toBe(true);
  });
});

describe("a new decision", () => {
  const patched = compile(
    { addNode: { type: "decision", name: "Drink", elementId: "Drink" } },
    { connect: { source: { nodeId: "Decision_Dish" }, target: { createdBy: "op0" } } },
  );
  const view = patched.graph.views.get("Diagram_1") as View;

  it("is drawn above what it requires, on free ground, with its line", () => {
    const dish = view.nodes.get("Shape_Dish")?.bounds;
    const drink = [...view.nodes.values()].find(({ element }) => element === "Drink")?.bounds;
    expect(drink).toMatchObject({ x: 150, width: 180, height: 80 });
    expect(drink && dish && drink.y + drink.height < dish.y).toBe(true);
    expect(
      [...view.nodes.values()].filter(({ bounds }) => drink && bounds && overlaps(drink, bounds)),
    ).toHaveLength(1);
    expect([...view.connections.values()].at(-1)).toMatchObject({ source: "Shape_Dish" });
  });

  it("is a requirement of its own in the file", () => {
    const file = dmnKit.codec.write(patched.graph, source);
    expect(faults(file)).toEqual([]);
    expect(new TextDecoder().decode(file)).toMatch(/<requiredDecision href="#Decision_Dish" ?\/>/);
  });

  it("may not require itself by way of others", () => {
    const { problems } = compile({
      connect: { source: { nodeId: "Decision_Dish" }, target: { nodeId: "Decision_Guests" } },
    });
    expect(problems.filter(({ severity }) => severity === "error").map(({ code }) => code)).toContain(
      "dmn/no-cycle",
    );
  });
});

describe("any patch that the rules allow", () => {
  it("leaves a file that the schema allows", () => {
    fc.assert(
      fc.property(anyOperations(dmnKit, graph), (drawn) => {
        const { graph: after } = possibleOf(dmnKit, graph, drawn);
        expect(faults(dmnKit.codec.write(after, source))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

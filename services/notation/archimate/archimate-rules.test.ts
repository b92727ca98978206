import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedArchimate } from "../../testing/archimate-edits.ts";
import { graphEdits } from "../../testing/graph-edits.ts";
import { emptyGraph, type Element, type Graph, type Relation, type View } from "../graph.ts";
import type { Problem } from "../problem.ts";
import { archimateCodec } from "./archimate-codec.ts";
import { archimateRules } from "./archimate-rules.ts";
import { derivation, derivedFrom } from "./rules/derived-relations.ts";

type Extras = Partial<Element> & Partial<Relation>;
type Sketch = readonly (
  | readonly [id: string, type: string, extras?: Extras]
  | readonly [id: string, type: string, source: string, target: string, extras?: Extras]
)[];

/** Elements as [id, type], relations as [id, type, source, target]. */
function sketch(items: Sketch, views: readonly View[] = []): Graph {
  const elements = new Map<string, Element>();
  const relations = new Map<string, Relation>();
  const common = (id: string) => ({ id, documentation: "", properties: {} });
  for (const [id, type, source, target, extras] of items as readonly [
    string,
    string,
    unknown,
    string,
    Extras,
  ][])
    if (typeof source === "string")
      relations.set(id, { ...common(id), type, name: "", source, target, ...extras });
    else elements.set(id, { ...common(id), type, name: id, ...(source as Extras | undefined) });
  return {
    ...emptyGraph("archimate"),
    elements,
    relations,
    views: new Map(views.map((view) => [view.id, view])),
  };
}

const view = (
  nodes: readonly Partial<View["nodes"] extends ReadonlyMap<string, infer N> ? N : never>[],
  lines: readonly object[] = [],
): View => ({
  id: "v",
  type: "Diagram",
  name: "v",
  documentation: "",
  properties: {},
  nodes: new Map(
    nodes.map((node, i) => [
      node.id ?? `n${i}`,
      { id: `n${i}`, bounds: { x: 0, y: 0, width: 10, height: 10 }, properties: {}, ...node },
    ]),
  ),
  connections: new Map(
    lines.map((line, i) => [`c${i}`, { id: `c${i}`, waypoints: [], properties: {}, ...line }]),
  ),
});

const check = (rule: string, graph: Graph, scope?: ReadonlySet<string>): Problem[] => {
  const found = archimateRules.find(({ id }) => id === `archimate/${rule}`);
  if (!found) throw new Error(`there is no rule ${rule}`);
  return [...found.check(graph, scope)];
};

const A: Sketch = [
  ["role", "BusinessRole"],
  ["process", "BusinessProcess"],
  ["object", "BusinessObject"],
  ["app", "ApplicationComponent"],
  ["goal", "Goal"],
  ["and", "AndJunction"],
];

/** For each rule: what is right, and what is wrong with the item that is blamed for it. */
const CASES: readonly [rule: string, right: Graph, wrong: Graph, blamed: string][] = [
  ["known-type", sketch(A), sketch([...A, ["ship", "Spaceship"]]), "ship"],
  [
    "known-type",
    sketch([...A, ["r", "Assignment", "role", "process"]]),
    sketch([...A, ["r", "Loves", "role", "process"]]),
    "r",
  ],
  [
    "relationship-allowed",
    sketch([...A, ["r", "Assignment", "role", "process"]]),
    sketch([...A, ["r", "Assignment", "process", "role"]]),
    "r",
  ],
  [
    "specialization-same-type",
    sketch([...A, ["contract", "Contract"], ["r", "Specialization", "contract", "object"]]),
    sketch([...A, ["r", "Specialization", "role", "process"]]),
    "r",
  ],
  [
    "relationship-to-relationship",
    sketch([...A, ["r", "Access", "process", "object"], ["s", "Association", "goal", "r"]]),
    sketch([...A, ["r", "Access", "process", "object"], ["s", "Influence", "r", "goal"]]),
    "s",
  ],
  [
    "junction-one-type",
    sketch([...A, ["r", "Triggering", "process", "and"], ["s", "Triggering", "and", "process"]]),
    sketch([...A, ["r", "Triggering", "process", "and"], ["s", "Flow", "and", "process"]]),
    "and",
  ],
  [
    "junction-ends",
    sketch([...A, ["r", "Triggering", "process", "and"], ["s", "Triggering", "and", "process"]]),
    sketch([
      ...A,
      ["or", "OrJunction"],
      ["r", "Triggering", "process", "and"],
      ["t", "Triggering", "and", "or"],
      ["s", "Triggering", "or", "object"],
    ]),
    "and",
  ],
  [
    "no-part-cycle",
    sketch([
      ...A,
      ["b", "ApplicationComponent"],
      ["r", "Composition", "app", "b"],
      ["s", "Serving", "b", "app"],
    ]),
    sketch([
      ...A,
      ["b", "ApplicationComponent"],
      ["r", "Composition", "app", "b"],
      ["s", "Aggregation", "b", "app"],
    ]),
    "r",
  ],
  ["no-part-cycle", sketch(A), sketch([...A, ["r", "Composition", "app", "app"]]), "r"],
  [
    "no-specialization-cycle",
    sketch([...A, ["b", "Goal"], ["r", "Specialization", "goal", "b"]]),
    sketch([...A, ["b", "Goal"], ["r", "Specialization", "goal", "b"], ["s", "Specialization", "b", "goal"]]),
    "s",
  ],
  [
    "attribute-values",
    sketch([...A, ["r", "Access", "process", "object", { properties: { accessType: "Read" } }]]),
    sketch([...A, ["r", "Access", "process", "object", { properties: { accessType: "Look" } }]]),
    "r",
  ],
  [
    "attribute-values",
    sketch([...A, ["r", "Association", "process", "object", { properties: { isDirected: true } }]]),
    sketch([...A, ["r", "Triggering", "process", "process", { properties: { isDirected: true } }]]),
    "r",
  ],
  [
    "attribute-values",
    sketch([...A, ["r", "Influence", "process", "goal", { properties: { modifier: "5" } }]]),
    sketch([...A, ["r", "Influence", "process", "goal", { properties: { modifier: 5 } }]]),
    "r",
  ],
  [
    "attribute-values",
    sketch([["e", "Goal", { properties: { Owner: "me" } }]]),
    sketch([["e", "Goal", { properties: { accessType: "Read" } }]]),
    "e",
  ],
  [
    "exchangeable",
    sketch([["e", "Goal", { lifecycle: "planned" }]]),
    sketch([["e", "Goal", { parent: "g" }]]),
    "e",
  ],
  [
    "exchangeable",
    sketch([["e", "Goal", { properties: { lifecycle: "draft" } }]]),
    sketch([["e", "Goal", { properties: { lifecycle: "planned" } }]]),
    "e",
  ],
  [
    "exchangeable",
    sketch([["e", "Goal", { key: "goal.one" }]]),
    sketch([["e", "Goal", { properties: { "ameide:key": "goal.one" } }]]),
    "e",
  ],
  [
    "exchangeable",
    sketch([...A, ["r", "Access", "process", "object"]]),
    sketch([...A, ["r", "Access", "process", "object", { parent: "app" }]]),
    "r",
  ],
  [
    "whole-pixels",
    sketch(A, [view([{}], [{ source: "n0", target: "n0", waypoints: [{ x: 1, y: 0 }] }])]),
    sketch(A, [view([{ bounds: { x: 0.5, y: 0, width: 1, height: 1 } }])]),
    "v",
  ],
  [
    "whole-pixels",
    sketch(A, [view([])]),
    sketch(A, [view([{}], [{ source: "n0", target: "n0", waypoints: [{ x: -1, y: 0 }] }])]),
    "v",
  ],
  [
    "view-references",
    sketch(A, [view([{}, { parent: "n0" }], [{ source: "n0", target: "c0" }])]),
    sketch(A, [view([{ parent: "n1" }, { parent: "n0" }])]),
    "v",
  ],
  [
    "view-references",
    sketch(A, [view([{ properties: { viewRef: "v" } }])]),
    sketch(A, [view([{ properties: { viewRef: "w" } }])]),
    "v",
  ],
  [
    "view-references",
    sketch(A, [view([{}])]),
    sketch(A, [view([{}], [{ source: "n0", target: "n9" }])]),
    "v",
  ],
  [
    "shape-properties",
    sketch(A, [view([{ properties: { fillColor: "#ffe0b2", fillAlpha: 50, fontSize: 9.5, label: "x" } }])]),
    sketch(A, [view([{ properties: { fill: "#ffe0b2" } }])]),
    "v",
  ],
  [
    "shape-properties",
    sketch(A, [view([{ properties: { fontStyle: "bold italic", lineWidth: 2 } }])]),
    sketch(A, [view([{ properties: { fillColor: "red" } }])]),
    "v",
  ],
  ["shape-properties", sketch(A, [view([{}])]), sketch(A, [view([{ properties: { fillAlpha: 10 } }])]), "v"],
  [
    "duplicate-relationship",
    sketch([
      ...A,
      ["r", "Access", "process", "object"],
      ["s", "Access", "process", "object", { name: "again" }],
    ]),
    sketch([...A, ["r", "Access", "process", "object"], ["s", "Access", "process", "object"]]),
    "s",
  ],
  [
    "named-element",
    sketch([["and", "AndJunction", { name: "" }]]),
    sketch([["e", "Goal", { name: " " }]]),
    "e",
  ],
  [
    "used-element",
    sketch([["e", "Goal"]], [view([{ element: "e" }])]),
    sketch([["e", "Goal"]], [view([{}])]),
    "e",
  ],
  [
    "connected-element",
    sketch([...A, ["r", "Influence", "process", "goal"]], [view([{ element: "goal" }])]),
    sketch(A, [view([{ element: "goal" }])]),
    "goal",
  ],
  [
    "derived-relationship",
    sketch([...A, ["r", "Assignment", "role", "process"], ["s", "Access", "process", "object"]]),
    sketch([
      ...A,
      ["r", "Assignment", "role", "process"],
      ["s", "Access", "process", "object"],
      ["d", "Access", "role", "object"],
    ]),
    "d",
  ],
];

describe("a rule of ArchiMate", () => {
  it.each(CASES)("%s passes what is right, and blames what is wrong", (rule, right, wrong, blamed) => {
    expect(check(rule, right)).toEqual([]);
    const problems = check(rule, wrong);
    const severity = archimateRules.find(({ id }) => id === `archimate/${rule}`)?.severity;
    expect(problems.map(({ itemId }) => itemId)).toContain(blamed);
    for (const problem of problems) expect(problem).toMatchObject({ severity, code: `archimate/${rule}` });
  });

  it("has a case here, whichever it is", () => {
    expect(new Set(CASES.map(([rule]) => `archimate/${rule}`))).toEqual(
      new Set(archimateRules.map(({ id }) => id)),
    );
  });

  it("says what would be allowed", () => {
    const [problem] = check("relationship-allowed", sketch([...A, ["r", "Assignment", "process", "role"]]));
    expect(problem?.message).toMatch(
      /^No Assignment is allowed from BusinessProcess "process" to BusinessRole "role"\. Allowed: .*Serving.*other way round also: .*Assignment/,
    );
    expect(problem?.relatedIds).toEqual(["process", "role"]);
  });

  it("says how a color is written", () => {
    const painted = sketch(A, [view([{ properties: { fillColor: "#FFE0B2" } }])]);
    expect(check("shape-properties", painted)[0]?.message).toContain('Write "#ffe0b2".');
  });

  it("finds in the scope of an item what it finds of the item in the whole model", () => {
    const { graph } = archimateCodec.read(
      readFileSync(join(import.meta.dirname, "models/order-handling.xml")),
    );
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const changed = changedArchimate(graph, edits);
        for (const rule of archimateRules) {
          const all = [...rule.check(changed)];
          for (const problem of all) {
            const near = [...rule.check(changed, new Set([problem.itemId ?? ""]))];
            expect(near).toContainEqual(problem);
          }
          const everything = new Set(
            [changed.elements, changed.relations, changed.views].flatMap((map) => [...map.keys()]),
          );
          const scoped = [...rule.check(changed, everything)];
          expect(scoped).toHaveLength(all.length);
          expect(scoped).toEqual(expect.arrayContaining(all));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("what follows from other relationships", () => {
  it.each([
    ["Composition", "Assignment", false, "Assignment"],
    ["Assignment", "Realization", false, "Realization"],
    ["Aggregation", "Composition", false, "Aggregation"],
    ["Assignment", "Serving", false, "Serving"],
    ["Composition", "Flow", false, "Flow"],
    ["Serving", "Assignment", true, "Serving"],
    ["Flow", "Composition", true, "Flow"],
    ["Triggering", "Triggering", false, "Triggering"],
    ["Specialization", "Specialization", false, "Specialization"],
    ["Serving", "Serving", false, undefined],
    ["Triggering", "Flow", false, undefined],
    ["Composition", "Composition", true, undefined],
    ["Specialization", "Composition", false, undefined],
  ] as const)("%s, then %s (back: %s): %s", (first, next, back, expected) => {
    expect(derivedFrom(first, next, back)).toBe(expected);
  });

  it("is shown with the chain that gives it", () => {
    const graph = sketch([
      ["app", "ApplicationComponent"],
      ["function", "ApplicationFunction"],
      ["service", "ApplicationService"],
      ["process", "BusinessProcess"],
      ["role", "BusinessRole"],
      ["r1", "Assignment", "app", "function"],
      ["r2", "Realization", "function", "service"],
      ["r3", "Serving", "service", "process"],
      ["r4", "Assignment", "role", "process"],
      ["d", "Serving", "app", "role"],
    ]);
    const chain = derivation(graph, graph.relations.get("d") as Relation);
    expect(chain?.map(({ id }) => id)).toEqual(["r1", "r2", "r3", "r4"]);
    expect(check("derived-relationship", graph)[0]?.message).toContain(
      'ApplicationComponent "app" Assignment ApplicationFunction "function"',
    );
  });

  it("does not run through a third domain", () => {
    const graph = sketch([
      ["app", "ApplicationComponent"],
      ["goal", "Goal"],
      ["process", "BusinessProcess"],
      ["r1", "Realization", "app", "goal"],
      ["r2", "Realization", "goal", "process"],
      ["d", "Realization", "app", "process"],
    ]);
    expect(derivation(graph, graph.relations.get("d") as Relation)).toBeUndefined();
  });
});

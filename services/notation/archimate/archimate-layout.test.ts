import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateModel } from "../../testing/model-graphs.ts";
import { applyChanges } from "../apply-changes.ts";
import type { Element, Graph, Relation, View, ViewNode } from "../graph.ts";
import { overlaps } from "../layout/free-place.ts";
import { archimateCodec } from "./archimate-codec.ts";
import { archimateLayout } from "./archimate-layout.ts";
import { viewReferences, wholePixels } from "./rules/view-rules.ts";

const { graph } = archimateCodec.read(readFileSync(join(import.meta.dirname, "models/order-handling.xml")));

const element = (id: string, type: string): Element => ({
  id,
  type,
  name: id,
  documentation: "",
  properties: {},
});
const relation = (id: string, type: string, source: string, target: string): Relation => ({
  id,
  type,
  name: "",
  source,
  target,
  documentation: "",
  properties: {},
});
const withNew = (base: Graph, elements: readonly Element[], relations: readonly Relation[] = []): Graph => ({
  ...base,
  elements: new Map([...base.elements, ...elements.map((item) => [item.id, item] as const)]),
  relations: new Map([...base.relations, ...relations.map((item) => [item.id, item] as const)]),
});
const placed = (next: Graph, ids: readonly string[], near?: ReadonlyMap<string, string>) =>
  applyChanges(next, archimateLayout.place(next, ids, near));
const overview = (made: Graph): View => made.views.get("id-overview") as View;
const boxOf = (made: Graph, id: string): ViewNode | undefined =>
  [...overview(made).nodes.values()].find((node) => node.element === id);
const linesOf = (made: Graph, id: string) =>
  [...overview(made).connections.values()].filter((line) => line.relation === id);

describe("a new element of ArchiMate", () => {
  it("is drawn beside what it is connected with, with a straight line", () => {
    const made = placed(
      withNew(graph, [element("new", "ApplicationComponent")], [relation("r", "Serving", "new", "id-erp")]),
      ["new", "r"],
    );
    const box = boxOf(made, "new");
    expect(box?.parent).toBeUndefined();
    expect(linesOf(made, "r")).toMatchObject([{ source: box?.id, target: "n-erp", waypoints: [] }]);
  });

  it("is drawn beside what it is wanted near, though nothing connects them", () => {
    const next = withNew(graph, [element("new", "ApplicationComponent")]);
    expect(boxOf(placed(next, ["new"], new Map([["new", "id-order-service"]])), "new")?.bounds).toBeDefined();
    expect(placed(next, ["new"])).toEqual(next);
  });

  it("is drawn inside what holds it, without a line, where others are already", () => {
    const made = placed(
      withNew(
        graph,
        [element("new", "ApplicationComponent")],
        [relation("r", "Composition", "id-erp", "new")],
      ),
      ["new", "r"],
    );
    expect(boxOf(made, "new")?.parent).toBe("n-erp");
    expect(linesOf(made, "r")).toEqual([]);
  });

  it("is drawn in the visual group of what it follows", () => {
    const made = placed(
      withNew(graph, [element("new", "BusinessEvent")], [relation("r", "Triggering", "new", "id-receive")]),
      ["new", "r"],
      new Map([["new", "id-receive"]]),
    );
    expect(boxOf(made, "new")?.parent ?? "none").toMatch(/n-frame|none/);
    expect(linesOf(made, "r")).toHaveLength(1);
  });

  it("goes around what it holds when it is a grouping, and nothing moves", () => {
    const members = [
      relation("r1", "Aggregation", "new", "id-check"),
      relation("r2", "Aggregation", "new", "id-ship"),
    ];
    const made = placed(withNew(graph, [element("new", "Grouping")], members), ["new", "r1", "r2"]);
    const box = boxOf(made, "new");
    expect(box).toMatchObject({ parent: "n-frame", bounds: { x: 265, y: 30, width: 150, height: 180 } });
    expect([boxOf(made, "id-check")?.parent, boxOf(made, "id-ship")?.parent]).toEqual([box?.id, box?.id]);
    expect([...linesOf(made, "r1"), ...linesOf(made, "r2")]).toEqual([]);
    expect(boxOf(made, "id-check")?.bounds).toEqual(boxOf(graph, "id-check")?.bounds);
  });

  it("is drawn with others of which only one belongs to what is shown", () => {
    const made = placed(
      withNew(
        graph,
        [element("b", "ApplicationComponent"), element("a", "ApplicationComponent")],
        [relation("ab", "Flow", "a", "b"), relation("ae", "Flow", "a", "id-erp")],
      ),
      ["b", "a", "ab", "ae"],
    );
    expect(boxOf(made, "b")).toBeDefined();
    expect(linesOf(made, "ab")).toHaveLength(1);
  });

  it("is drawn below everything in the only view when it belongs to nothing", () => {
    const single: Graph = { ...graph, views: new Map([["id-overview", overview(graph)]]) };
    const made = placed(withNew(single, [element("a", "Goal"), element("b", "Goal")]), ["a", "b"]);
    expect(boxOf(made, "a")?.bounds?.y).toBeGreaterThan(400);
    expect(boxOf(made, "b")?.bounds?.y).toBeGreaterThan(boxOf(made, "a")?.bounds?.y ?? 0);
  });
});

describe("new relations of ArchiMate", () => {
  it("are drawn wherever both ends are, also to lines, and no second time", () => {
    const next = withNew(
      graph,
      [],
      [relation("r", "Flow", "id-check", "id-ship"), relation("s", "Association", "id-erp", "id-r2")],
    );
    const made = placed(next, ["r", "s", "id-r2"]);
    expect(linesOf(made, "r")).toMatchObject([{ source: "n-check", target: "n-ship" }]);
    expect(linesOf(made, "s")).toMatchObject([{ source: "n-erp", target: "c-r2" }]);
    expect(linesOf(made, "id-r2")).toHaveLength(1);
    expect(placed(made, ["r", "s"])).toBe(made);
  });
});

describe("places", () => {
  it("are free, whole, inside the paper, the same each time, and move nothing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 25 }), (seed, size) => {
        const base = placed({ ...generateModel("archimate", 30, seed), views: new Map([["v", EMPTY]]) }, [
          "e",
        ]);
        const shown = placed(base, [...base.elements.keys()].slice(0, size));
        const all = placed(shown, [...base.elements.keys(), ...base.relations.keys()]);
        expect(all).toEqual(placed(shown, [...base.elements.keys(), ...base.relations.keys()]));
        const nodes = [...(all.views.get("v") as View).nodes.values()];
        expect(nodes).toHaveLength(base.elements.size);
        const siblings = nodes.flatMap((a, i) => nodes.slice(i + 1).map((b) => [a, b] as const));
        const clashes = siblings.filter(
          ([a, b]) => a.parent === b.parent && a.bounds && b.bounds && overlaps(a.bounds, b.bounds),
        );
        expect(clashes).toEqual([]);
        for (const node of (shown.views.get("v") as View).nodes.values())
          expect(nodes.find(({ id }) => id === node.id)?.bounds).toEqual(node.bounds);
        expect([...wholePixels.check(all), ...viewReferences.check(all)]).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});

const EMPTY: View = {
  id: "v",
  type: "Diagram",
  name: "All",
  documentation: "",
  properties: {},
  nodes: new Map(),
  connections: new Map(),
};

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generateModel } from "../../testing/model-graphs.ts";
import { ORDERS } from "../../testing/models/uml-files.ts";
import { applyChanges } from "../apply-changes.ts";
import type { Element, Graph, Relation, View } from "../graph.ts";
import { contains, overlaps } from "../layout/free-place.ts";
import { umlCodec } from "./uml-codec.ts";
import { umlLayout } from "./layout.ts";

const orders = umlCodec.read(new TextEncoder().encode(ORDERS)).graph;

const element = (id: string, type: string, parent?: string): Element => ({
  id,
  type,
  name: id,
  documentation: "",
  properties: {},
  ...(parent !== undefined && { parent }),
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

const withItems = (
  graph: Graph,
  elements: readonly Element[],
  relations: readonly Relation[] = [],
): Graph => ({
  ...graph,
  elements: new Map([...graph.elements, ...elements.map((item) => [item.id, item] as const)]),
  relations: new Map([...graph.relations, ...relations.map((item) => [item.id, item] as const)]),
});

function placed(graph: Graph, ids: readonly string[], near?: ReadonlyMap<string, string>) {
  const after = applyChanges(graph, umlLayout.place(graph, ids, near));
  const [view] = after.views.values();
  const nodeOf = (id: string) => [...(view as View).nodes.values()].find((node) => node.element === id);
  return { after, view: view as View, nodeOf };
}

describe("a new class", () => {
  it("goes beside what it is connected with, and the line with it", () => {
    const graph = withItems(
      orders,
      [element("Refund", "class")],
      [relation("n", "association", "Refund", "Line")],
    );
    const { view, nodeOf } = placed(graph, ["Refund", "n"]);
    expect(nodeOf("Refund")?.bounds).toEqual({ x: 401, y: 180, width: 160, height: 100 });
    expect([...view.connections.values()].at(-1)).toEqual({
      id: "n_di",
      relation: "n",
      source: "Refund_di",
      target: "n2",
      waypoints: [
        { x: 481, y: 180 },
        { x: 481, y: 140 },
      ],
      properties: {},
    });
  });

  it("goes below what it specialises, and above what specialises it", () => {
    const special = withItems(
      orders,
      [element("Person", "class")],
      [relation("n", "generalization", "Person", "Customer")],
    );
    expect(placed(special, ["Person", "n"]).nodeOf("Person")?.bounds).toMatchObject({ x: 40, y: 440 });
    const general = withItems(
      orders,
      [element("Party", "class")],
      [relation("n", "generalization", "Customer", "Party")],
    );
    expect(placed(general, ["Party", "n"]).nodeOf("Party")?.bounds).toMatchObject({ x: 40, y: 160 });
  });

  it("goes beside what it is to be near to", () => {
    const graph = withItems(orders, [element("Note", "class")]);
    const { nodeOf } = placed(graph, ["Note"], new Map([["Note", "Customer"]]));
    expect(nodeOf("Note")?.bounds).toMatchObject({ x: 240, y: 300 });
  });

  it("is as high as its members need", () => {
    const members = Array.from({ length: 8 }, (_, i) => element(`a${i}`, "attribute", "Big"));
    const { nodeOf, view } = placed(withItems(orders, [element("Big", "class"), ...members]), ["Big", "a0"]);
    expect(nodeOf("Big")?.bounds?.height).toBe(194);
    expect(view.nodes.size).toBe(5);
  });

  it("goes into the box of its package, which grows when it is full", () => {
    const shop = withItems(orders, [element("shop", "package"), element("A", "class", "shop")]);
    const first = placed(shop, ["A", "shop"]);
    const [outer, inner] = [first.nodeOf("shop"), first.nodeOf("A")];
    expect(inner?.parent).toBe(outer?.id);
    const more = withItems(first.after, [element("B", "class", "shop"), element("C", "class", "shop")]);
    const { nodeOf } = placed(more, ["B", "C"]);
    const boxes = ["A", "B", "C"].map((id) => nodeOf(id)?.bounds);
    const room = nodeOf("shop")?.bounds;
    for (const box of boxes) expect(box && room && contains(room, box)).toBe(true);
    expect(boxes[1] && boxes[2] && overlaps(boxes[1], boxes[2])).toBe(false);
    expect(room?.height).toBeGreaterThan(outer?.bounds?.height ?? 0);
  });
});

describe("what is there", () => {
  it("keeps its place, and what has a place gets no second one", () => {
    const graph = withItems(orders, [element("X", "class")], [relation("n", "association", "X", "Order")]);
    const { after, view } = placed(graph, ["X", "n", "Order", "r1"]);
    const [before] = orders.views.values();
    for (const node of before?.nodes.values() ?? []) expect(view.nodes.get(node.id)).toBe(node);
    expect(umlLayout.place(after, ["X", "n", "Order", "r1"])).toEqual([]);
  });

  it("is never covered, however many are added", () => {
    const graph = generateModel("uml", 120);
    const owners = [...graph.elements.values()].filter(({ type }) => type === "class").map(({ id }) => id);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...owners), { minLength: 1, maxLength: 8 }), (others) => {
        const made = others.map((_, i) => element(`new${i}`, "class"));
        const lines = others.map((other, i) => relation(`line${i}`, "dependency", `new${i}`, other));
        const { view, nodeOf } = placed(
          withItems(graph, made, lines),
          made.map(({ id }) => id),
        );
        const fresh = made.map(({ id }) => nodeOf(id)?.bounds);
        for (const box of fresh)
          expect(
            [...view.nodes.values()].filter(({ bounds }) => box && bounds && overlaps(bounds, box)),
          ).toHaveLength(1);
        expect(view.connections.size).toBe(
          ([...graph.views.values()][0]?.connections.size ?? 0) + lines.length,
        );
      }),
      { numRuns: 30 },
    );
  });
});

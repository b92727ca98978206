import { GraphOperationSchema } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { describe, expect, it } from "vitest";
import { applyChanges } from "../../notation/apply-changes.ts";
import type { Graph, View } from "../../notation/graph.ts";
import { CATALOGUE } from "../../testing/patches/operation-catalogue.ts";
import { operations } from "../../testing/patches/operations.ts";
import { orderProcess, task, toyGraph } from "../../testing/patches/toy-graphs.ts";
import { toyKit } from "../../testing/patches/toy-kit.ts";
import { written } from "../../testing/patches/written-graph.ts";
import { compilePatch, describeOperations, inverseOperation, receiptFor } from "./index.ts";

const kit = toyKit();
type Json = Parameters<typeof operations>[number];

const compile = (graph: Graph, ...each: Json[]) =>
  compilePatch({
    kit,
    graph,
    operations: operations(...each.map((operation, i) => ({ id: `op${i}`, ...operation }))),
    seed: "seed",
    allowRawChanges: true,
  });

/** Of a patch that has to be possible. */
const after = (...each: Json[]): Graph => {
  const compiled = compile(orderProcess(), ...each);
  expect(compiled.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return compiled.graph;
};

describe("the catalogue of operations", () => {
  it("has all of them", () => {
    const named = new Set(CATALOGUE.map(({ operation }) => Object.keys(operation)[0]));
    const there = GraphOperationSchema.oneofs[0]?.fields.map(({ jsonName }) => jsonName);
    expect([...named].toSorted()).toEqual(there?.toSorted());
  });

  for (const { title, operation, says } of CATALOGUE)
    it(`says what it does: ${title}`, () => {
      const base = orderProcess();
      const compiled = compile(base, operation);
      expect(compiled.problems.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(describeOperations(compiled)).toEqual([says]);
      expect(written(applyChanges(base, compiled.changes))).toBe(written(compiled.graph));
    });

  for (const { title, operation } of CATALOGUE)
    it(`is taken back and leaves the rest alone: ${title}`, () => {
      const base = orderProcess();
      const { changes, graph } = compile(base, operation);
      const receipt = receiptFor(base, graph, changes);
      expect(receipt.untouchedAfter).toBe(receipt.untouchedBefore);
      const back = compilePatch({
        kit,
        graph,
        operations: [inverseOperation(changes)],
        seed: "back",
        allowRawChanges: true,
      });
      expect(back.ok).toBe(true);
      expect(written(back.graph)).toBe(written(base));
    });
});

describe("adding", () => {
  it("takes the wanted id if it is free and can be one, or makes one that is", () => {
    const ids = (elementId: string) =>
      [...after({ addNode: { type: "task", elementId } }).elements.keys()].at(-1);
    expect(ids("Task_9")).toBe("Task_9");
    expect(ids("A")).toMatch(/^task_[0-9a-f]{10}$/);
    expect(ids("no id")).toMatch(/^task_[0-9a-f]{10}$/);
  });

  it("gives the same ids for the same patch, others for another", () => {
    const create = (seed: string) =>
      compilePatch({
        kit,
        graph: orderProcess(),
        operations: operations({ id: "a", addNode: { type: "task" } }),
        seed,
      }).created.get("a");
    expect(create("one")).toEqual(create("one"));
    expect(create("one")).not.toEqual(create("two"));
  });

  it("draws what is new beside what it is near, in each view, and moves nothing", () => {
    const graph = after({ addNode: { type: "task", elementId: "New", near: { nodeId: "C" } } });
    const { nodes } = graph.views.get("V") ?? { nodes: new Map() };
    expect(nodes.get("New_di")).toMatchObject({ element: "New", bounds: { width: 100, height: 80 } });
    for (const [id, node] of orderProcess().views.get("V")?.nodes ?? []) expect(nodes.get(id)).toEqual(node);
  });

  it("leaves what is new where the patch itself has put it", () => {
    const bounds = { x: 7, y: 8, width: 90, height: 60 };
    const graph = after(
      { addNode: { type: "task", elementId: "New" } },
      { setBounds: { node: { createdBy: "op0" }, bounds } },
    );
    const drawn = [...(graph.views.get("V")?.nodes.values() ?? [])].filter(
      ({ element }) => element === "New",
    );
    expect(drawn.map((node) => node.bounds)).toEqual([bounds]);
  });
});

describe("removing", () => {
  it("takes references along: a flow that was somebody's default, a lane", () => {
    const base = orderProcess();
    const elements = new Map(base.elements).set("B", task("B", "B", { properties: { default: "A_B" } }));
    const graph = compile(
      { ...base, elements },
      { disconnect: { relation: { nodeId: "A_B" } } },
      { removeNode: { target: { nodeId: "L" } } },
    ).graph;
    expect(graph.elements.get("B")?.properties).toEqual({});
    expect(graph.elements.get("A")?.properties).toEqual({});
  });

  it("takes all that is inside along, inner things first", () => {
    const compiled = compile(orderProcess(), { removeNode: { target: { nodeId: "P" } } });
    expect([...compiled.graph.elements.keys()]).toEqual([]);
    expect([...compiled.graph.relations.keys()]).toEqual([]);
    const gone = compiled.changes.flatMap((change) => (change.op === "remove" ? [change.item] : []));
    for (const [i, item] of gone.entries()) {
      const later = gone.slice(i + 1);
      const parent = item.kind === "element" ? item.value.parent : undefined;
      expect(later.some(({ value }) => "parent" in value && value.parent === item.value.id)).toBe(false);
      expect(parent === undefined || later.some(({ value }) => value.id === parent)).toBe(true);
    }
  });

  it("draws a bridge as one line through where the box was", () => {
    const graph = after({ removeNode: { target: { nodeId: "B" }, bridge: true } });
    expect(graph.relations.get("A_B")).toMatchObject({ source: "A", target: "C", name: "complete" });
    expect(graph.views.get("V")?.connections.get("A_B_di")).toMatchObject({
      source: "A_di",
      target: "C_di",
      waypoints: [
        { x: 350, y: 140 },
        { x: 550, y: 140 },
      ],
    });
  });

  it("says when there is nothing to bridge", () => {
    const { ok, problems } = compile(orderProcess(), {
      removeNode: { target: { nodeId: "E" }, bridge: true },
    });
    expect(ok).toBe(true);
    expect(problems).toMatchObject([{ severity: "info", code: "NOT_BRIDGED", itemId: "E" }]);
  });
});

describe("replacing", () => {
  it("leads what came in to the entry and what went out from the exit, keeping the relations", () => {
    const graph = after({
      replaceSubgraph: {
        targets: { byPath: { from: { nodeId: "A" }, to: { nodeId: "E" } }, all: true },
        nodes: [
          { id: "one", type: "task", name: "One" },
          { id: "two", type: "task", name: "Two" },
        ],
        edges: [{ source: "one", target: "two" }],
      },
    });
    const byName = new Map([...graph.elements.values()].map(({ name, id }) => [name, id]));
    expect(graph.relations.get("A_B")).toMatchObject({ source: "A", target: byName.get("One") });
    expect(graph.relations.get("C_E")).toMatchObject({ source: byName.get("Two"), target: "E" });
    expect(graph.elements.has("B") || graph.elements.has("C") || graph.elements.has("T")).toBe(false);
  });
});

describe("drawing", () => {
  it("is told apart from meaning", () => {
    const bounds = { x: 1, y: 2, width: 3, height: 4 };
    const { effects } = compile(
      orderProcess(),
      { setBounds: { node: { nodeId: "A" }, bounds } },
      { rename: { target: { nodeId: "A" }, name: "B" } },
    );
    expect(effects.map(({ layoutOnly }) => layoutOnly)).toEqual([true, false]);
  });

  it("shows elements with their relations to what the view shows", () => {
    const hidden = after({ hideFromView: { viewId: "V", targets: { nodeId: "B" } } });
    const { graph } = compile(hidden, { showInView: { viewId: "V", targets: { nodeId: "B" } } });
    const { nodes, connections } = graph.views.get("V") ?? { nodes: new Map(), connections: new Map() };
    expect(nodes.get("B_di")).toMatchObject({ element: "B" });
    expect([connections.has("A_B_di"), connections.has("B_C_di")]).toEqual([true, true]);
    expect(hidden.elements).toBe(graph.elements);
  });

  it("fills a view that the patch itself adds", () => {
    const graph = after(
      { addView: { name: "Small", viewId: "W" } },
      { showInView: { viewId: "op0", targets: { byType: { type: "task" }, all: true } } },
    );
    expect([...(graph.views.get("W")?.nodes.values() ?? [])].map(({ element }) => element)).toEqual([
      "A",
      "C",
    ]);
  });

  it("draws a group around its members, before them", () => {
    const graph = after({ group: { targets: { nodeId: "A" }, type: "group", name: "First" } });
    const nodes = [...(graph.views.get("V")?.nodes.values() ?? [])];
    const [frame, member] = [
      nodes.findIndex((node) => node.element?.startsWith("group_")),
      nodes.findIndex(({ id }) => id === "A_di"),
    ];
    expect(frame).toBe(member - 1);
    expect(nodes[frame]?.bounds).toEqual({ x: 230, y: 80, width: 140, height: 120 });
  });

  // Seen to fail when linesAt takes only lines that name their ends.
  it("hides lines with the boxes at their ends, also where the format leaves the ends to the relation", () => {
    const base = orderProcess();
    const view = base.views.get("V") as View;
    const bare = [...view.connections].map(([id, { source: _, target: __, ...line }]) => [id, line] as const);
    const endless = { ...base, views: new Map([["V", { ...view, connections: new Map(bare) }]]) };
    const { graph } = compile(endless, { hideFromView: { viewId: "V", targets: { nodeId: "B" } } });
    expect([...(graph.views.get("V")?.connections.keys() ?? [])]).toEqual(["S_A_di", "C_E_di", "N_C_di"]);
    const shown = compile(graph, { showInView: { viewId: "V", targets: { nodeId: "B" } } }).graph;
    expect(shown.views.get("V")?.connections.size).toBe(5);
  });

  it("of a line needs both its ends", () => {
    const waypoints = [
      { x: 1, y: 2 },
      { x: 3, y: 4 },
    ];
    const hidden = after({ hideFromView: { viewId: "V", targets: { nodeId: "B" } } });
    const { problems } = compile(hidden, { setWaypoints: { connection: { nodeId: "A_B" }, waypoints } });
    expect(problems).toMatchObject([{ code: "NOT_DRAWN", itemId: "B" }]);
  });

  it("is left out for what was not drawn before it went, when that comes back", () => {
    const hidden = after({ hideFromView: { viewId: "V", targets: { nodeId: "A_B" } } });
    const { graph, changes } = compile(hidden, { disconnect: { relation: { nodeId: "A_B" } } });
    const back = compilePatch({
      kit,
      graph,
      operations: [inverseOperation(changes)],
      seed: "back",
      allowRawChanges: true,
    });
    expect(written(back.graph)).toBe(written(hidden));
  });

  it("names the views when it is not clear which is meant", () => {
    const base = toyGraph([task("A", "A", {})], []);
    const views = new Map(base.views).set("W", {
      ...(base.views.get("V") as never as object),
      id: "W",
    } as never);
    const bounds = { x: 1, y: 2, width: 3, height: 4 };
    const { problems } = compile({ ...base, views }, { setBounds: { node: { nodeId: "A" }, bounds } });
    expect(problems).toMatchObject([
      { code: "VIEW_AMBIGUOUS", message: expect.stringContaining("A_di in view V, A_di in view W") },
    ]);
  });
});

describe("grouping", () => {
  it("leads flows to the container rather than across its border, and takes along what is attached", () => {
    const graph = after({ group: { targets: { nodeId: "B" }, type: "subProcess", name: "Shipping" } });
    const [id = ""] = [...graph.elements.values()].flatMap((each) =>
      each.name === "Shipping" ? [each.id] : [],
    );
    expect([graph.elements.get("B")?.parent, graph.elements.get("T")?.parent]).toEqual([id, id]);
    expect(graph.relations.get("A_B")).toMatchObject({ source: "A", target: id });
    expect(graph.relations.get("B_C")).toMatchObject({ source: id, target: "C" });
    const { nodes, connections } = graph.views.get("V") ?? { nodes: new Map(), connections: new Map() };
    const box = [...nodes.values()].find(({ element }) => element === id);
    expect(box).toMatchObject({ properties: { isExpanded: true } });
    expect(connections.get("A_B_di")).toMatchObject({ source: "A_di", target: box?.id });
  });
});

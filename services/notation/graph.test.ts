import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyChanges, invertChanges } from "./apply-changes.ts";
import type { Change } from "./change.ts";
import { diffGraphs } from "./diff-graphs.ts";
import { ChangeConflict } from "./graph-draft.ts";
import { emptyGraph, type Element, type Graph, type View } from "./graph.ts";
import { changeFromMessage, changeMessage } from "./model-messages.ts";

const ids = fc.uniqueArray(fc.constantFrom(..."abcdefghij"), { maxLength: 8 });
const values = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { maxLength: 2 }));
const properties = fc.dictionary(fc.constantFrom("p", "q", "__proto__", "toString"), values, { maxKeys: 3 });

const element = (id: string): fc.Arbitrary<Element> =>
  fc
    .record({
      name: fc.string(),
      parent: fc.option(fc.constantFrom("a", "b"), { nil: undefined }),
      properties,
    })
    .map(({ parent, ...rest }) => ({
      id,
      type: "task",
      documentation: "",
      ...rest,
      ...(parent !== undefined && { parent }),
    }));

const mapOf = <V extends { id: string }>(of: (id: string) => fc.Arbitrary<V>) =>
  ids.chain((chosen) =>
    fc.tuple(...chosen.map(of)).map((items) => new Map(items.map((item) => [item.id, item]))),
  );

const view = (id: string): fc.Arbitrary<View> =>
  fc.record({
    id: fc.constant(id),
    type: fc.constant(""),
    name: fc.string(),
    documentation: fc.constant(""),
    properties,
    nodes: mapOf((node) =>
      fc.record({
        id: fc.constant(node),
        bounds: fc.record({ x: fc.integer(), y: fc.integer(), width: fc.nat(), height: fc.nat() }),
        properties,
      }),
    ),
    connections: mapOf((line) =>
      fc.record({
        id: fc.constant(line),
        waypoints: fc.array(fc.record({ x: fc.integer(), y: fc.integer() }), { maxLength: 3 }),
        properties,
      }),
    ),
  });

const graphs: fc.Arbitrary<Graph> = fc
  .record({
    name: fc.string(),
    properties,
    elements: mapOf(element),
    relations: mapOf((id) =>
      fc.record({
        id: fc.constant(id),
        type: fc.constant("flow"),
        name: fc.string(),
        source: fc.constantFrom("a", "b"),
        target: fc.constantFrom("a", "b"),
        documentation: fc.constant(""),
        properties,
      }),
    ),
    views: mapOf(view),
  })
  .map((parts) => ({ ...emptyGraph("bpmn"), ...parts }));

/** As text, in which the order of items shows. */
const written = (graph: Graph) =>
  JSON.stringify(graph, (_, value) => (value instanceof Map ? [...value.entries()] : sorted(value)));
const sorted = (value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

describe("the changes between two graphs", () => {
  it("make one of the other, and their inverse the other of the one, order and all", () => {
    fc.assert(
      fc.property(graphs, graphs, (a, b) => {
        const changes = diffGraphs(a, b);
        expect(written(applyChanges(a, changes))).toBe(written(b));
        expect(written(applyChanges(b, invertChanges(changes)))).toBe(written(a));
      }),
      { numRuns: 500 },
    );
  });

  it("are none between equal ones", () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        expect(diffGraphs(graph, structuredClone(graph))).toEqual([]);
      }),
    );
  });

  it("come back from the wire as they were", () => {
    fc.assert(
      fc.property(graphs, graphs, (a, b) => {
        const changes = diffGraphs(a, b);
        expect(written(applyChanges(a, changes.map(changeMessage).map(changeFromMessage)))).toBe(written(b));
      }),
    );
  });

  it("leave the graph that they are applied to as it is", () => {
    fc.assert(
      fc.property(graphs, graphs, (a, b) => {
        const before = written(a);
        applyChanges(a, diffGraphs(a, b));
        expect(written(a)).toBe(before);
      }),
    );
  });
});

describe("a change that does not fit", () => {
  const task: Element = { id: "t", type: "task", name: "Old", documentation: "", properties: {} };
  const graph: Graph = { ...emptyGraph("bpmn"), elements: new Map([["t", task]]) };
  const ref = { kind: "element", id: "t" } as const;

  it.each<[string, Change]>([
    ["sets a field that is not what it was", { op: "set", ref, field: "name", from: "Other", to: "New" }],
    ["sets what cannot be set", { op: "set", ref, field: "id", from: "t", to: "u" }],
    ["adds what is there", { op: "add", item: { kind: "element", value: task } }],
    [
      "adds before what is not there",
      { op: "add", item: { kind: "element", value: { ...task, id: "u" } }, before: "v" },
    ],
    ["removes what is not there", { op: "remove", item: { kind: "element", value: { ...task, id: "u" } } }],
    [
      "removes what is not as it was",
      { op: "remove", item: { kind: "element", value: { ...task, name: "Other" } } },
    ],
    [
      "speaks of a view that is not there",
      { op: "set", ref: { kind: "node", viewId: "v", id: "n" }, field: "label", from: undefined, to: null },
    ],
    ["moves to where nothing is", { op: "move", ref, to: "u" }],
  ])("is refused: it %s", (_, change) => {
    expect(() => applyChanges(graph, [change])).toThrow(ChangeConflict);
  });
});

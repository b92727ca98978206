import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { applyChanges } from "../../apply-changes.ts";
import type { Change } from "../../change.ts";
import type { Bounds, Element, Graph, Relation, View } from "../../graph.ts";
import { contains, overlaps } from "../../layout/free-place.ts";
import { bpmnCodec } from "../codec.ts";
import { bpmnLayout } from "./bpmn-layout.ts";

const { graph } = bpmnCodec.read(readFileSync(join(import.meta.dirname, "../models/order-handling.bpmn")));

const element = (
  id: string,
  type: string,
  parent: string,
  properties: Element["properties"] = {},
): Change => ({
  op: "add",
  item: { kind: "element", value: { id, type, name: id, parent, documentation: "", properties } },
});
const relation = (id: string, type: string, source: string, target: string): Change => ({
  op: "add",
  item: {
    kind: "relation",
    value: { id, type, name: "", source, target, documentation: "", properties: {} } as Relation,
  },
});

/** The graph with the new things, drawn. */
function drawn(
  changes: readonly Change[],
  near: ReadonlyMap<string, string> = new Map(),
  from: Graph = graph,
) {
  const made = applyChanges(from, changes);
  const ids = changes.flatMap((change) => (change.op === "add" ? [change.item.value.id] : []));
  const layout = bpmnLayout.place(made, ids, near);
  return { layout, after: applyChanges(made, layout) };
}

const boundsOf = (of: Graph, id: string): Bounds => {
  const node = [...of.views.values()]
    .flatMap(({ nodes }) => [...nodes.values()])
    .find((box) => box.element === id);
  if (!node?.bounds) throw new Error(`${id} is not drawn`);
  return node.bounds;
};
const lineOf = (of: Graph, id: string) =>
  [...of.views.values()]
    .flatMap(({ connections }) => [...connections.values()])
    .find((line) => line.relation === id)?.waypoints;
const moved = (layout: readonly Change[]) =>
  layout.flatMap((change) => (change.op === "set" && change.ref.kind === "node" ? [change.ref.id] : []));

const withoutCustomer = (view: View): View => ({
  ...view,
  nodes: new Map(
    [...view.nodes].filter(
      ([, { element: of }]) => !["Participant_customer", "Task_send"].includes(of ?? ""),
    ),
  ),
});

describe("a new task", () => {
  const lane = { lane: "Lane_office" };
  const { layout, after } = drawn(
    [
      element("Task_new", "userTask", "Process_shop", lane),
      relation("Flow_new", "sequenceFlow", "Gateway_ok", "Task_new"),
    ],
    new Map([["Task_new", "Gateway_ok"]]),
  );

  it("stands on free ground within its lane, and moves nothing", () => {
    const box = boundsOf(after, "Task_new");
    expect(contains(boundsOf(after, "Lane_office"), box)).toBe(true);
    for (const id of ["Gateway_ok", "End_refused", "Task_check", "Data_order", "Store_orders"])
      expect(overlaps(box, boundsOf(after, id))).toBe(false);
    const grew = moved(layout).filter((id) => !/^(Participant|Lane)/.test(id));
    expect(grew).toEqual([]);
  });

  it("has a line from what leads to it", () => {
    const line = lineOf(after, "Flow_new") ?? [];
    expect(line.length).toBeGreaterThan(1);
    const [first, last] = [line[0], line.at(-1)];
    const at = (point = { x: NaN, y: NaN }) => ({ ...point, width: 0, height: 0 });
    expect(contains(boundsOf(after, "Gateway_ok"), at(first))).toBe(true);
    expect(contains(boundsOf(after, "Task_new"), at(last))).toBe(true);
  });

  it("has a line that runs around what stands between them", () => {
    const { after: made } = drawn(
      [
        relation("Back", "sequenceFlow", "Gateway_ok", "Task_new"),
        element("Task_new", "task", "Process_shop", lane),
      ],
      new Map([["Task_new", "End_refused"]]),
    );
    const line = lineOf(made, "Back") ?? [];
    const end = boundsOf(made, "End_refused");
    const pieces = line.slice(1).map((point, i) => {
      const { x, y } = line[i] ?? point;
      return {
        x: Math.min(x, point.x),
        y: Math.min(y, point.y),
        width: Math.abs(x - point.x) + 1,
        height: Math.abs(y - point.y) + 1,
      };
    });
    expect(boundsOf(made, "Task_new").x).toBeGreaterThan(end.x);
    expect(pieces.filter((piece) => overlaps(piece, end))).toEqual([]);
  });

  it("is drawn the same each time, and once only", () => {
    expect(bpmnLayout.place(after, ["Task_new", "Flow_new"])).toEqual([]);
    expect(drawn([element("Task_new", "userTask", "Process_shop", lane)]).layout).toEqual(
      drawn([element("Task_new", "userTask", "Process_shop", lane)]).layout,
    );
  });

  it("is right of what leads to it where there is room", () => {
    const made = drawn(
      [element("Task_after", "task", "Process_customer")],
      new Map([["Task_after", "Task_send"]]),
    );
    expect(boundsOf(made.after, "Task_after")).toEqual({ x: 360, y: 660, width: 100, height: 80 });
    expect(moved(made.layout)).toEqual([]);
  });
});

describe("what contains a new box", () => {
  it("grows with all around it when it is full, and what is in it stays", () => {
    const chain = Array.from({ length: 12 }, (_, i) => [
      element(`T${i}`, "task", "Process_customer"),
      relation(`F${i}`, "sequenceFlow", i === 0 ? "Task_send" : `T${i - 1}`, `T${i}`),
    ]).flat();
    const { layout, after } = drawn(chain);
    const pool = boundsOf(after, "Participant_customer");
    for (let i = 0; i < 12; i++) expect(contains(pool, boundsOf(after, `T${i}`))).toBe(true);
    expect(moved(layout)).toEqual(["Participant_customer_di"]);
    expect(boundsOf(after, "T11").x).toBeGreaterThan(boundsOf(after, "T0").x);
  });

  it("grows for what is new in an open subprocess", () => {
    const { after } = drawn([
      element("Inner", "task", "Sub_pack"),
      relation("Inner_flow", "sequenceFlow", "Task_pack", "Inner"),
    ]);
    for (const id of ["Sub_pack", "Participant_shop"])
      expect(contains(boundsOf(after, id), boundsOf(after, "Inner"))).toBe(true);
    for (const id of ["Start_pack", "Task_pack", "End_pack"]) {
      expect(overlaps(boundsOf(after, id), boundsOf(after, "Inner"))).toBe(false);
      expect(boundsOf(after, id)).toEqual(boundsOf(graph, id));
    }
  });

  it("is an open subprocess around what is put into it", () => {
    const { after } = drawn([
      element("Sub_new", "subProcess", "Process_customer"),
      element("Sub_task", "task", "Sub_new"),
      element("Sub_end", "endEvent", "Sub_new"),
      relation("Sub_flow", "sequenceFlow", "Sub_task", "Sub_end"),
    ]);
    expect(contains(boundsOf(after, "Sub_new"), boundsOf(after, "Sub_task"))).toBe(true);
    expect(contains(boundsOf(after, "Sub_new"), boundsOf(after, "Sub_end"))).toBe(true);
    expect(contains(boundsOf(after, "Participant_customer"), boundsOf(after, "Sub_new"))).toBe(true);
  });
});

describe("other things", () => {
  it("boundary events sit on the border of their activity, beside each other", () => {
    const on = { attachedToRef: "Task_check" };
    const { after } = drawn([
      element("B1", "boundaryEvent", "Process_shop", on),
      element("B2", "boundaryEvent", "Process_shop", on),
    ]);
    const [a, b] = [boundsOf(after, "B1"), boundsOf(after, "B2")];
    expect(a.y + a.height / 2).toBe(240);
    expect(overlaps(a, b)).toBe(false);
  });

  it("a pool goes below all others, and its new process into it", () => {
    const { after } = drawn([
      element("Process_bank", "process", ""),
      { ...element("Pool_bank", "participant", "Collaboration_1", { processRef: "Process_bank" }) },
      element("Bank_task", "task", "Process_bank"),
      relation("To_bank", "messageFlow", "Task_ship", "Pool_bank"),
    ]);
    const pool = boundsOf(after, "Pool_bank");
    expect(pool.y).toBeGreaterThan(780);
    expect(contains(pool, boundsOf(after, "Bank_task"))).toBe(true);
    expect(lineOf(after, "To_bank")).toEqual([
      { x: 890, y: 470 },
      { x: 890, y: pool.y },
    ]);
  });

  it("a lane follows below the others or, where something is there, above; the pool grows by it", () => {
    const { after } = drawn([element("Lane_new", "lane", "Process_shop")]);
    expect(boundsOf(after, "Lane_new")).toEqual({ x: 190, y: -40, width: 970, height: 120 });
    expect(contains(boundsOf(after, "Participant_shop"), boundsOf(after, "Lane_new"))).toBe(true);
    const views = new Map([...graph.views].map(([id, view]) => [id, withoutCustomer(view)]));
    const alone = drawn([element("Lane_new", "lane", "Process_shop")], new Map(), { ...graph, views });
    expect(boundsOf(alone.after, "Lane_new").y).toBe(560);
  });

  it("a note hangs on a line by its middle", () => {
    const { after } = drawn([
      element("Note_new", "textAnnotation", "Process_shop"),
      relation("Hangs", "association", "Flow_1", "Note_new"),
    ]);
    expect(lineOf(after, "Hangs")?.[0]).toEqual({ x: 314, y: 200 });
  });

  it("nothing is drawn where the view does not show what it belongs to", () => {
    const { layout } = drawn([
      element("Process_hidden", "process", ""),
      element("Hidden", "task", "Process_hidden"),
      element("Message_new", "message", ""),
    ]);
    expect(layout).toEqual([]);
  });
});

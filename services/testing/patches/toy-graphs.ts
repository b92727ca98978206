import { emptyGraph, type Bounds, type Element, type Graph, type Relation } from "../../notation/graph.ts";

export const task = (id: string, name = id, more: Partial<Element> = {}): Element => ({
  id,
  type: "task",
  name,
  parent: "P",
  documentation: "",
  properties: {},
  ...more,
});

export const flow = (id: string, source: string, target: string, more: Partial<Relation> = {}): Relation => ({
  id,
  type: "flow",
  name: "",
  source,
  target,
  parent: "P",
  documentation: "",
  properties: {},
  ...more,
});

/** A model of these, drawn in one view from left to right in rows of twenty. */
export function toyGraph(elements: readonly Element[], relations: readonly Relation[]): Graph {
  const drawn = elements.filter(({ type }) => type !== "process" && type !== "lane");
  const boxes = new Map(
    drawn.map(({ id }, i): [string, Bounds] => [
      id,
      { x: 100 + (i % 20) * 150, y: 100 + Math.floor(i / 20) * 150, width: 100, height: 80 },
    ]),
  );
  const nodes = drawn.map(({ id }) => ({
    id: `${id}_di`,
    element: id,
    bounds: boxes.get(id) as Bounds,
    properties: {},
  }));
  const connections = relations.flatMap(({ id, source, target }) => {
    const [from, to] = [boxes.get(source), boxes.get(target)];
    if (!from || !to) return [];
    const waypoints = [
      { x: from.x + from.width, y: from.y + 40 },
      { x: to.x, y: to.y + 40 },
    ];
    const ends = { source: `${source}_di`, target: `${target}_di` };
    return [{ id: `${id}_di`, relation: id, ...ends, waypoints, properties: {} }];
  });
  const view = {
    id: "V",
    type: "",
    name: "All of it",
    element: "P",
    documentation: "",
    properties: {},
    nodes: byId(nodes),
    connections: byId(connections),
  };
  return {
    ...emptyGraph("bpmn"),
    id: "M",
    name: "Toys",
    elements: byId(elements),
    relations: byId(relations),
    views: byId([view]),
  };
}

const byId = <T extends { readonly id: string }>(items: readonly T[]) =>
  new Map(items.map((item) => [item.id, item]));

const process = task("P", "Process", { type: "process" });
const { parent: _parent, ...rootProcess } = process;

/** Start → A → B → C → End, with a timer on B, a note at C and a lane. */
export function orderProcess(): Graph {
  return toyGraph(
    [
      rootProcess,
      task("L", "Sales", { type: "lane" }),
      task("S", "Order received", { type: "startEvent" }),
      task("A", "Check order", { properties: { lane: "L" }, key: "order.check" }),
      task("B", "Ship goods", { type: "userTask" }),
      task("C", "Send invoice"),
      task("E", "Done", { type: "endEvent" }),
      task("T", "Too late", { type: "timer", properties: { attachedToRef: "B" } }),
      task("N", "Look twice", { type: "note" }),
    ],
    [
      flow("S_A", "S", "A"),
      flow("A_B", "A", "B", { name: "complete" }),
      flow("B_C", "B", "C"),
      flow("C_E", "C", "E"),
      flow("N_C", "N", "C", { type: "association" }),
    ],
  );
}

/** Tasks in chains of twenty within processes of two hundred, in one view. */
export function bigProcess(size: number): Graph {
  const elements: Element[] = [];
  const relations: Relation[] = [];
  for (let i = 0; i < size; i++) {
    const parent = `P${Math.floor(i / 200)}`;
    if (i % 200 === 0) elements.push({ ...rootProcess, id: parent, name: `Process ${parent}` });
    elements.push(task(`T${i}`, `Task ${i}`, { parent }));
    if (i % 20 !== 0) relations.push(flow(`F${i}`, `T${i - 1}`, `T${i}`, { parent }));
  }
  return toyGraph(elements, relations);
}

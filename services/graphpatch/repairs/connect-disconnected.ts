import {
  GraphOperationSchema,
  type GraphOperation,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { create } from "@bufbuild/protobuf";
import type { Bounds, Element, Graph } from "../../notation/graph.ts";
import type { NotationKit } from "../../notation/notation.ts";
import { flowEnds, isFlowNode } from "./flow-ends.ts";

interface Loose {
  element: Element;
  needsIncoming: boolean;
  needsOutgoing: boolean;
}

/**
 * Connects flow nodes that nothing leads to, or that lead nowhere, with the nearest one of the same process that they
 * follow in the drawing. What a relation would mean in other notations, nobody can tell from outside: none there.
 */
export function connectDisconnected(
  { vocabulary }: Pick<NotationKit, "vocabulary">,
  graph: Graph,
): GraphOperation[] {
  if (graph.notation !== "bpmn") return [];
  const { incoming, outgoing } = flowEnds(graph);
  const places = placesOf(graph);
  const nodes = [...graph.elements.values()].filter((element) => isFlowNode(element) && takesFlow(element));
  const led = new Set(incoming.keys());
  const leads = new Set(outgoing.keys());
  const operations: GraphOperation[] = [];
  const connect = (source: Element, target: Element, why: string) => {
    led.add(target.id);
    leads.add(source.id);
    operations.push(connection(`connect-${operations.length + 1}`, source, target, why));
  };
  for (const { element, needsIncoming, needsOutgoing } of looseOf(nodes, led, leads)) {
    const others = nodes.filter(({ id, parent }) => id !== element.id && parent === element.parent);
    if (needsIncoming && !led.has(element.id)) {
      const candidates = others.filter(
        (other) =>
          other.type !== "endEvent" &&
          vocabulary.usualRelation(graph, other.id, element.id) === "sequenceFlow",
      );
      const source = nearest(places, element, candidates, "before", leads);
      if (source) connect(source, element, `Nothing leads to “${element.name || element.id}”`);
    }
    if (needsOutgoing && !leads.has(element.id)) {
      const candidates = others.filter(
        (other) =>
          other.type !== "startEvent" &&
          vocabulary.usualRelation(graph, element.id, other.id) === "sequenceFlow",
      );
      const target = nearest(places, element, candidates, "after", led);
      if (target) connect(element, target, `“${element.name || element.id}” leads nowhere`);
    }
  }
  return operations;
}

/** Boundary events are led to by what they are attached to, event subprocesses by their events. */
const takesFlow = ({ type, properties }: Element) =>
  type !== "boundaryEvent" &&
  properties["triggeredByEvent"] !== true &&
  properties["isForCompensation"] !== true;

function looseOf(nodes: readonly Element[], led: ReadonlySet<string>, leads: ReadonlySet<string>): Loose[] {
  return nodes.flatMap((element) => {
    const needsIncoming = element.type !== "startEvent" && !led.has(element.id);
    const needsOutgoing = element.type !== "endEvent" && !leads.has(element.id);
    return needsIncoming || needsOutgoing ? [{ element, needsIncoming, needsOutgoing }] : [];
  });
}

function connection(id: string, source: Element, target: Element, rationale: string): GraphOperation {
  const idOf = (element: Element) => ({ selector: { case: "nodeId" as const, value: element.id } });
  return create(GraphOperationSchema, {
    id,
    rationale,
    operation: {
      case: "connect",
      value: { source: idOf(source), target: idOf(target), type: "sequenceFlow" },
    },
  });
}

/** Where elements are drawn, in the first view that shows them. */
function placesOf(graph: Graph): ReadonlyMap<string, Bounds> {
  const places = new Map<string, Bounds>();
  for (const { nodes } of graph.views.values())
    for (const { element, bounds } of nodes.values())
      if (element !== undefined && bounds && !places.has(element)) places.set(element, bounds);
  return places;
}

/** The nearest on that side; those that still miss a flow come first. Without a drawing the order of the file counts. */
function nearest(
  places: ReadonlyMap<string, Bounds>,
  element: Element,
  candidates: readonly Element[],
  side: "before" | "after",
  taken: ReadonlySet<string>,
): Element | undefined {
  const here = places.get(element.id);
  const distance = (other: Element): number => {
    const there = places.get(other.id);
    if (!here || !there) return Number.MAX_SAFE_INTEGER;
    const ahead = side === "before" ? middle(here).x - middle(there).x : middle(there).x - middle(here).x;
    const away = Math.hypot(middle(here).x - middle(there).x, middle(here).y - middle(there).y);
    return ahead > 0 ? away : away + WRONG_SIDE;
  };
  const ranked = candidates.map((other) => ({
    other,
    rank: distance(other) + (taken.has(other.id) ? TAKEN : 0),
  }));
  return ranked.toSorted((a, b) => a.rank - b.rank)[0]?.other;
}

const WRONG_SIDE = 1_000_000;
const TAKEN = 300;

const middle = ({ x, y, width, height }: Bounds) => ({ x: x + width / 2, y: y + height / 2 });

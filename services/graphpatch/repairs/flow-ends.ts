import type { Element, Graph, Relation } from "../../notation/graph.ts";

/** The sequence flows of a process, by what they leave and what they lead to. */
export interface FlowEnds {
  readonly outgoing: ReadonlyMap<string, readonly Relation[]>;
  readonly incoming: ReadonlyMap<string, readonly Relation[]>;
}

export function flowEnds(graph: Graph): FlowEnds {
  const flows = [...graph.relations.values()].filter(({ type }) => type === "sequenceFlow");
  return {
    outgoing: Map.groupBy(flows, ({ source }) => source),
    incoming: Map.groupBy(flows, ({ target }) => target),
  };
}

const FLOW_NODE = /(?:task|event|gateway|subprocess|activity|transaction)$/i;

/** What a sequence flow may lead to or from. Event definitions end alike and are none. */
export const isFlowNode = ({ type }: Element): boolean => FLOW_NODE.test(type);

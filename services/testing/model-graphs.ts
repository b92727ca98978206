import type { Graph, Notation } from "../notation/graph.ts";
import { archimateGraph } from "./model-graphs/archimate-graph.ts";
import { bpmnGraph } from "./model-graphs/bpmn-graph.ts";
import { dmnGraph } from "./model-graphs/dmn-graph.ts";
import { umlGraph } from "./model-graphs/uml-graph.ts";

const GENERATE: Record<Notation, (size: number, seed: number) => Graph> = {
  bpmn: bpmnGraph,
  archimate: archimateGraph,
  uml: umlGraph,
  dmn: dmnGraph,
};

/** A made-up model of about so many elements (a few more where something has to be completed), the same for a seed. */
export function generateModel(notation: Notation, size: number, seed = 1): Graph {
  return GENERATE[notation](size, seed);
}

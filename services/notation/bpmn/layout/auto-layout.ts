import { layoutProcess } from "bpmn-auto-layout";
import type { Change } from "../../change.ts";
import { diffGraphs } from "../../diff-graphs.ts";
import type { Graph } from "../../graph.ts";
import { readXml } from "../../xml/read-xml.ts";
import { bpmnCodec } from "../codec.ts";
import { readBpmn } from "../read-bpmn.ts";

/**
 * Draws a model that has no view at all: changes that add one. The library draws the first process only, subprocesses
 * closed, and neither notes nor message flows: `bpmnLayout.place` draws what is missing afterwards.
 */
export async function drawAll(graph: Graph): Promise<readonly Change[]> {
  if (graph.views.size > 0) return [];
  const drawn = await layoutProcess(new TextDecoder().decode(bpmnCodec.write(graph)));
  // Only its drawing is taken: it drops what it does not know.
  const { views } = readBpmn(readXml(new TextEncoder().encode(drawn)).root).graph;
  return diffGraphs(graph, { ...graph, views });
}

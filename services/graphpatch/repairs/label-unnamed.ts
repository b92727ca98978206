import {
  GraphOperationSchema,
  type GraphOperation,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { create } from "@bufbuild/protobuf";
import type { Element, Graph } from "../../notation/graph.ts";
import type { NotationKit } from "../../notation/notation.ts";
import { flowEnds, isFlowNode, type FlowEnds } from "./flow-ends.ts";

/** Groups whose members people expect to read a name at; in other notations everything has one. */
const BPMN_NAMED =
  /(?:task|event|gateway|subprocess|activity|participant|lane|process|datastore\w*|dataobjectreference)$/i;
/** Joining gateways, and those that do the same whatever comes, need no question. */
const NEEDS_NO_NAME = new Set(["parallelGateway", "eventBasedGateway", "boundaryEvent"]);

/** Names what has none, after what it is and what it stands next to: a draft for the person who reviews it. */
export function labelUnnamed(
  { vocabulary }: Pick<NotationKit, "vocabulary">,
  graph: Graph,
): GraphOperation[] {
  const ends = flowEnds(graph);
  const taken = new Set([...graph.elements.values()].map(({ name }) => name.trim()));
  const operations: GraphOperation[] = [];
  for (const element of graph.elements.values()) {
    if (element.name.trim() !== "" || !needsName(graph, element, ends)) continue;
    const type = vocabulary.elements.get(element.type);
    if (!type) continue;
    const name = unused(draftOf(graph, element, type.label, ends), taken);
    taken.add(name);
    const selector = { case: "nodeId" as const, value: element.id };
    operations.push(
      create(GraphOperationSchema, {
        id: `label-${operations.length + 1}`,
        rationale: `The ${type.label.toLowerCase()} ${element.id} has no name`,
        operation: { case: "rename", value: { target: { selector }, name } },
      }),
    );
  }
  return operations;
}

function needsName(graph: Graph, element: Element, { outgoing }: FlowEnds): boolean {
  if (graph.notation !== "bpmn") return true;
  if (NEEDS_NO_NAME.has(element.type)) return false;
  if (/gateway$/i.test(element.type)) return (outgoing.get(element.id)?.length ?? 0) > 1;
  return BPMN_NAMED.test(element.type);
}

function draftOf(graph: Graph, element: Element, label: string, { incoming, outgoing }: FlowEnds): string {
  if (graph.notation !== "bpmn" || !isFlowNode(element)) return label;
  const before = nameOf(graph, incoming.get(element.id)?.[0]?.source);
  const after = nameOf(graph, outgoing.get(element.id)?.[0]?.target);
  if (/gateway$/i.test(element.type)) return before === "" ? "Which way?" : `Which way after “${before}”?`;
  if (element.type === "startEvent") return after === "" ? "Start" : `Start of “${after}”`;
  if (element.type === "endEvent") return before === "" ? "End" : `“${before}” done`;
  if (before !== "") return `${label} after “${before}”`;
  return after === "" ? label : `${label} before “${after}”`;
}

const nameOf = (graph: Graph, id = ""): string => graph.elements.get(id)?.name.trim() ?? "";

function unused(name: string, taken: ReadonlySet<string>): string {
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name} (${i})`;
    if (!taken.has(candidate)) return candidate;
  }
}

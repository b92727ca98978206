import type { Element, Graph } from "../graph.ts";
import {
  eventTypes,
  isActivity,
  isArtifact,
  isConversation,
  isData,
  isFlowNode,
  partyOf,
  processOf,
} from "./model-queries.ts";
import { isA } from "./schema.ts";

/** How one connects two things of BPMN; undefined when they cannot be connected. */
export function usualRelation(graph: Graph, sourceId: string, targetId: string): string | undefined {
  const [source, target] = [graph.elements.get(sourceId), graph.elements.get(targetId)];
  if (!source || !target) {
    const isDrawn = (id: string) => graph.elements.has(id) || graph.relations.has(id);
    return isDrawn(sourceId) && isDrawn(targetId) ? "association" : undefined;
  }
  if (isArtifact(source.type) || isArtifact(target.type)) return "association";
  if (isData(source.type) || isData(target.type)) return dataRelation(source, target);
  if (isConversation(source.type) || isConversation(target.type))
    return [source, target].some(({ type }) => type === "participant") ? "conversationLink" : undefined;
  if (isCompensation(source) && isActivity(target.type)) return "association";
  const flow = sequenceFlow(graph, source, target);
  return flow ?? (canExchange(graph, source, target) ? "messageFlow" : undefined);
}

function dataRelation(source: Element, target: Element): string | undefined {
  if (isData(source.type) && takesData(target.type)) return "dataInputAssociation";
  return isData(target.type) && givesData(source.type) ? "dataOutputAssociation" : undefined;
}

export const takesData = (type: string): boolean => isActivity(type) || isA(type, "throwEvent");
export const givesData = (type: string): boolean => isActivity(type) || isA(type, "catchEvent");

const isCompensation = (element: Element): boolean =>
  element.type === "boundaryEvent" && eventTypes(element).includes("compensateEventDefinition");

function sequenceFlow(graph: Graph, source: Element, target: Element): string | undefined {
  if (!isFlowNode(source.type) || !isFlowNode(target.type)) return undefined;
  const isSameScope =
    source.parent === target.parent && processOf(graph, source.id) === processOf(graph, target.id);
  const isPossible = source.type !== "endEvent" && !["startEvent", "boundaryEvent"].includes(target.type);
  return isSameScope && isPossible ? "sequenceFlow" : undefined;
}

/** Pools, and what in them sends messages. */
export const sendsMessages = (type: string): boolean =>
  type === "participant" || isActivity(type) || isA(type, "throwEvent");

/** Pools, and what in them receives messages. */
export const receivesMessages = (type: string): boolean =>
  type === "participant" || isActivity(type) || isA(type, "catchEvent");

/** Whether messages can go from one to the other: they are of different pools. */
function canExchange(graph: Graph, source: Element, target: Element): boolean {
  if (!sendsMessages(source.type) || !receivesMessages(target.type)) return false;
  const [from, to] = [partyOf(graph, source.id), partyOf(graph, target.id)];
  return from !== undefined && to !== undefined && from.id !== to.id;
}

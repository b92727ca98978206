import type { Element, Graph } from "../graph.ts";
import { isA } from "./schema.ts";

export const isFlowNode = (type: string): boolean => isA(type, "flowNode");
export const isActivity = (type: string): boolean => isA(type, "activity");
export const isEvent = (type: string): boolean => isA(type, "event");
export const isArtifact = (type: string): boolean => isA(type, "artifact");
export const isConversation = (type: string): boolean => isA(type, "conversationNode");
/** A process, or a choreography: what flow nodes can stand in. */
export const isFlowContainer = (type: string): boolean =>
  ["process", "subProcess", "choreography", "subChoreography"].some((base) => isA(type, base));

const DATA = new Set(["dataObjectReference", "dataStoreReference", "dataObject", "dataInput", "dataOutput"]);
export const isData = (type: string): boolean => DATA.has(type);

/** The element and what contains it, from the inside out. Ends where a model contains itself. */
export function* chainOf(graph: Graph, id: string): Generator<Element> {
  const seen = new Set<string>();
  let at = graph.elements.get(id);
  while (at && !seen.has(at.id)) {
    seen.add(at.id);
    yield at;
    at = at.parent === undefined ? undefined : graph.elements.get(at.parent);
  }
}

export function ancestorOf(graph: Graph, id: string, is: (type: string) => boolean): Element | undefined {
  for (const element of chainOf(graph, id)) if (element.id !== id && is(element.type)) return element;
  return undefined;
}

/** The process of an element: itself, what contains it, or what its pool shows the inside of. */
export function processOf(graph: Graph, id: string): Element | undefined {
  for (const element of chainOf(graph, id)) {
    if (isA(element.type, "process")) return element;
    if (element.type === "participant") return referredBy(graph, element, "processRef");
  }
  return undefined;
}

/** The pool of an element: itself, or the first one that shows its process. */
export function poolOf(graph: Graph, id: string): Element | undefined {
  const element = graph.elements.get(id);
  if (element?.type === "participant") return element;
  const process = processOf(graph, id);
  if (!process) return undefined;
  for (const other of graph.elements.values())
    if (other.type === "participant" && other.properties["processRef"] === process.id) return other;
  return undefined;
}

/** Who an element acts for in an exchange of messages: its pool or, where nobody drew one, its process. */
export const partyOf = (graph: Graph, id: string): Element | undefined =>
  poolOf(graph, id) ?? processOf(graph, id);

export function referredBy(graph: Graph, element: Element, property: string): Element | undefined {
  const id = element.properties[property];
  return typeof id === "string" ? graph.elements.get(id) : undefined;
}

export const textProperty = (
  item: { properties: Element["properties"] },
  name: string,
): string | undefined => {
  const value = item.properties[name];
  return typeof value === "string" ? value : undefined;
};

/** The types of the event definitions of an event. */
export function eventTypes(element: Element): readonly string[] {
  const definitions = element.properties["eventDefinitions"];
  if (!Array.isArray(definitions)) return [];
  return (definitions as readonly { readonly type?: unknown }[]).map((definition) =>
    String(definition?.type ?? ""),
  );
}

/** "Check order (userTask Task_1)". */
export const describe = (graph: Graph, id: string): string => {
  const element = graph.elements.get(id) ?? graph.relations.get(id);
  if (!element) return id === "" ? "nothing" : `${id}, which does not exist`;
  const name = element.name.trim().replaceAll(/\s+/g, " ");
  return name === "" ? `${element.type} ${id}` : `"${name.slice(0, 80)}" (${element.type} ${id})`;
};

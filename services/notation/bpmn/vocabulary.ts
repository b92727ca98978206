import type { Element, Graph, Properties } from "../graph.ts";
import type { Vocabulary } from "../notation.ts";
import { ELEMENT_TYPES, RELATION_TYPES } from "./element-types.ts";
import {
  ancestorOf,
  chainOf,
  isActivity,
  isArtifact,
  isConversation,
  isFlowContainer,
  isFlowNode,
  processOf,
} from "./model-queries.ts";
import { isA, isReferenceType, SCHEMA } from "./schema.ts";
import { usualRelation } from "./usual-relation.ts";

export const bpmnVocabulary: Vocabulary = {
  elements: ELEMENT_TYPES,
  relations: RELATION_TYPES,
  elementType: (name) => find(ELEMENT_TYPES, ELEMENT_NAMES, name),
  relationType: (name) => find(RELATION_TYPES, RELATION_NAMES, name),
  usualRelation,
  usualParent,
  usualProperties,
  inside,
  // A relation stands where its ends are: the codec finds the place.
  relationParent: () => undefined,
  reference: (_owner, property) => {
    if (NEEDS.has(property)) return "needs";
    return MENTIONS.has(property) ? "mentions" : undefined;
  },
  groups: (type) => (type === "group" ? { by: "drawing" } : { by: "parent", bordered: ["sequenceFlow"] }),
};

type Named = { readonly name: string; readonly label: string; readonly aliases?: readonly string[] };

const ELEMENT_NAMES = namesOf(ELEMENT_TYPES);
const RELATION_NAMES = namesOf(RELATION_TYPES);

function normal(name: string): string {
  const word = name.toLowerCase().replace(/^bpmn2?:/, "");
  return word.replaceAll(/[\s_-]/g, "");
}

/** What people say counts more than the names of what nobody draws: a "data object" is a reference to one. */
function namesOf(types: ReadonlyMap<string, Named>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const all = [...types.values()];
  for (const { name, aliases = [] } of all) for (const alias of aliases) names.set(alias, name);
  for (const { name, label } of all)
    for (const word of [normal(label), normal(name)]) if (!names.has(word)) names.set(word, name);
  return names;
}

const find = <T>(types: ReadonlyMap<string, T>, names: ReadonlyMap<string, string>, name: string) =>
  types.get(name) ?? types.get(names.get(normal(name)) ?? "");

function usualParent(graph: Graph, type: string, nearId?: string): string | undefined {
  const near = nearId === undefined ? undefined : graph.elements.get(nearId);
  if (type === "participant" || isConversation(type)) return collaborationFor(graph, nearId);
  if (type === "lane") return near?.type === "lane" ? near.parent : processFor(graph, nearId, false);
  if (type === "categoryValue") return onlyOne(graph, (element) => element.type === "category");
  if (type === "dataInput" || type === "dataOutput") return processFor(graph, nearId, false);
  if (!isA(type, "flowElement") && !isArtifact(type)) return undefined;
  if (near && isArtifact(type) && isCollaboration(near.type)) return near.id;
  return processFor(graph, nearId, true) ?? (isArtifact(type) ? collaborationFor(graph, nearId) : undefined);
}

/** What the element nearby stands in: with `inner`, the subprocess. */
function processFor(graph: Graph, nearId: string | undefined, inner: boolean): string | undefined {
  if (nearId !== undefined && graph.elements.has(nearId)) {
    const around = inner ? ancestorOf(graph, nearId, isFlowContainer) : undefined;
    const process = around ?? processOf(graph, nearId);
    if (process) return process.id;
  }
  return onlyOne(graph, ({ type }) => isA(type, "process") || isA(type, "choreography"));
}

function collaborationFor(graph: Graph, nearId: string | undefined): string | undefined {
  if (nearId !== undefined)
    for (const element of chainOf(graph, nearId)) if (isCollaboration(element.type)) return element.id;
  return onlyOne(graph, ({ type }) => isCollaboration(type));
}

const isCollaboration = (type: string): boolean => isA(type, "collaboration");

/** Undefined when there are several: then somebody has to say which. */
function onlyOne(graph: Graph, is: (element: Element) => boolean): string | undefined {
  const found = [...graph.elements.values()].filter(is);
  return found.length === 1 ? found[0]?.id : undefined;
}

function usualProperties(graph: Graph, type: string, nearId?: string): Properties {
  const near = nearId === undefined ? undefined : graph.elements.get(nearId);
  if (!near || !isFlowNode(type)) return {};
  const lane = near.type === "lane" ? near.id : near.properties["lane"];
  return {
    ...(typeof lane === "string" && { lane }),
    ...(type === "boundaryEvent" && isActivity(near.type) && { attachedToRef: near.id }),
  };
}

/** Lanes and pools are borders within a process, or around one. */
function inside(
  graph: Graph,
  type: string,
  containerId: string,
): ReturnType<NonNullable<Vocabulary["inside"]>> {
  const container = graph.elements.get(containerId);
  const isBorder = container?.type === "lane" || container?.type === "participant";
  if (!isBorder || type === "lane" || !(isA(type, "flowElement") || isArtifact(type))) return undefined;
  const parent = processOf(graph, containerId)?.id;
  if (parent === undefined) return undefined;
  if (!isFlowNode(type)) return { parent, properties: {} };
  return { parent, properties: { lane: container.type === "lane" ? containerId : null } };
}

/** What cannot be without the thing it refers to. */
const NEEDS = new Set(["attachedToRef", "dataObjectRef"]);

const MENTIONS: ReadonlySet<string> = new Set([
  "lane",
  ...[...SCHEMA.values()].flatMap(({ attributes, children }) =>
    [...attributes.values(), ...children]
      .filter(({ type, name }) => isReferenceType(type) && name !== "type" && name !== "definition")
      .map(({ name }) => name),
  ),
]);

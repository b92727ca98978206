import { canHaveName } from "../notation/bpmn/fields.ts";
import { ELEMENT_TYPES, RELATION_TYPES } from "../notation/bpmn/element-types.ts";
import { unwritable } from "../notation/bpmn/property-values.ts";
import { BPMN_RULES } from "../notation/bpmn/rules/bpmn-rules.ts";
import { mayContain } from "../notation/bpmn/rules/containment-rules.ts";
import { givesData, takesData } from "../notation/bpmn/usual-relation.ts";
import type { Element, Graph, Properties, Relation, Value } from "../notation/graph.ts";
import { edited, type EditWords, type GraphEdit } from "./graph-edits.ts";
import { SAMPLE_PROPERTIES } from "./models/bpmn-properties.ts";

const WORDS: EditWords = {
  elementTypes: [...ELEMENT_TYPES.keys()],
  relationTypes: [...RELATION_TYPES.keys()],
  properties: Object.keys(SAMPLE_PROPERTIES),
};

/** Maps as objects: the order of things of other containers has no meaning in a BPMN file. */
export const unordered = (graph: Graph) => ({
  ...graph,
  elements: Object.fromEntries(graph.elements),
  relations: Object.fromEntries(graph.relations),
  views: Object.fromEntries(
    [...graph.views].map(([id, view]) => [
      id,
      { ...view, nodes: Object.fromEntries(view.nodes), connections: Object.fromEntries(view.connections) },
    ]),
  ),
});

/** What rules let pass: nothing that BPMN has no place for. Types decide which samples are taken for properties. */
function writable(made: Graph, before: Graph): Graph {
  const containers = new Map(made.elements);
  const elements = new Map<string, Element>();
  const isOld = (element: Element) =>
    before.elements.get(element.id) === element &&
    before.elements.get(element.parent ?? "")?.type === containers.get(element.parent ?? "")?.type;
  for (const element of made.elements.values()) {
    const fitting = isOld(element) ? element : fitted(element, containers);
    if (fitting) elements.set(element.id, fitting);
    else containers.delete(element.id);
  }
  for (const [id, { parent }] of elements)
    if (parent !== undefined && !reachesRoot(elements, id)) elements.delete(id);
  for (const [id, element] of elements) elements.set(id, withLane(element, elements));
  const relations = new Map<string, Relation>();
  for (const relation of made.relations.values())
    if (!relation.type.startsWith("data") || fitsData(relation, elements))
      relations.set(
        relation.id,
        before.relations.get(relation.id) === relation ? relation : withFitting(relation),
      );
  return { ...made, elements, relations, views: fittedViews(made) };
}

function fitsData({ type, source, target }: Relation, elements: ReadonlyMap<string, Element>): boolean {
  const isInput = type === "dataInputAssociation";
  const owner = elements.get(isInput ? target : source);
  return owner !== undefined && (isInput ? takesData : givesData)(owner.type);
}

/** Only lanes that exist can list something. */
function withLane(element: Element, elements: ReadonlyMap<string, Element>): Element {
  const { lane, ...properties } = element.properties;
  if (lane === undefined || elements.get(String(lane))?.type === "lane") return element;
  const some = [...elements.values()].find(({ type }) => type === "lane");
  return { ...element, properties: { ...properties, ...(some && { lane: some.id }) } };
}

function reachesRoot(elements: ReadonlyMap<string, Element>, id: string): boolean {
  const seen = new Set<string>();
  for (let at = elements.get(id); at; at = elements.get(at.parent ?? "")) {
    if (seen.has(at.id)) return false;
    seen.add(at.id);
    if (at.parent === undefined) return true;
  }
  return false;
}

function fitted(element: Element, elements: ReadonlyMap<string, Element>): Element | undefined {
  const fitting = withFitting(element);
  const isRight = ({ parent }: Element) =>
    mayContain(parent === undefined ? undefined : elements.get(parent)?.type, element.type) &&
    (parent === undefined || elements.has(parent));
  if (isRight(fitting)) return fitting;
  const parent = [...elements.values()].find(
    ({ id, type }) => id !== element.id && mayContain(type, element.type),
  );
  const { parent: _, ...rest } = fitting;
  return parent ? { ...rest, parent: parent.id } : isRight(rest) ? rest : undefined;
}

function withFitting<T extends Element | Relation>(item: T): T {
  const properties: Record<string, Value> = {};
  for (const [name, value] of Object.entries(item.properties))
    for (const sample of [value, ...(SAMPLE_PROPERTIES[name] ?? [])]) {
      const one: Properties = { [name]: sample };
      if (name !== "lane" && [...unwritable({ ...item, name: "", properties: one })].length === 0)
        properties[name] = sample;
    }
  const lane = "source" in item ? undefined : item.properties["lane"];
  return {
    ...item,
    name: canHaveName(item.type) ? item.name : "",
    properties: { ...properties, ...(typeof lane === "string" && { lane }) },
  };
}

/** Boxes and lines have what BPMN knows of them: no ends, those are the relation's. */
const fittedViews = (made: Graph): Graph["views"] =>
  new Map(
    [...made.views].map(([id, { properties: _, ...view }]) => [
      id,
      {
        ...view,
        properties: {},
        connections: new Map(
          [...view.connections].map(([inner, { source: _source, target: _target, ...line }]) => [
            inner,
            line,
          ]),
        ),
      },
    ]),
  );

/** The graph after edits that BPMN has a place for. */
export const changedWithinBpmn = (graph: Graph, edits: readonly GraphEdit[]): Graph =>
  writable(edited(graph, edits, WORDS), graph);

/** What a file needs to be valid by the schema, and a patch may not take away. */
export function brokenRules(graph: Graph): string[] {
  const lines = [...graph.views.values()].flatMap(({ connections }) => [...connections.values()]);
  return [
    ...BPMN_RULES.filter(({ severity }) => severity === "error").flatMap((rule) =>
      [...rule.check(graph)].map(({ code, itemId, message }) => `${code} ${itemId} ${message}`),
    ),
    ...lines.filter(({ waypoints }) => waypoints.length < 2).map(({ id }) => `${id} has no waypoints`),
  ];
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schemaErrors } from "../../testing/bpmn-schema.ts";
import { edited, graphEdits, type EditWords } from "../../testing/graph-edits.ts";
import { SAMPLE_PROPERTIES } from "../../testing/models/bpmn-properties.ts";
import {
  emptyGraph,
  type Element,
  type Graph,
  type Properties,
  type Relation,
  type Value,
} from "../graph.ts";
import { canonicalXml } from "../xml/canonical-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import { bpmnCodec } from "./codec.ts";
import { ELEMENT_TYPES, RELATION_TYPES } from "./element-types.ts";
import { canHaveName } from "./fields.ts";
import { givesData, takesData } from "./usual-relation.ts";
import { unwritable } from "./property-values.ts";
import { BPMN_RULES } from "./rules/bpmn-rules.ts";
import { mayContain } from "./rules/containment-rules.ts";

const NAMES = ["order-handling", "default-namespace", "minified-mistakes", "choreography"];
const VALID = NAMES.filter((name) => name !== "minified-mistakes");
const bytesOf = (name: string) => readFileSync(join(import.meta.dirname, `models/${name}.bpmn`));
const canonical = (file: Uint8Array) => canonicalXml(readXml(file));

const WORDS: EditWords = {
  elementTypes: [...ELEMENT_TYPES.keys()],
  relationTypes: [...RELATION_TYPES.keys()],
  properties: Object.keys(SAMPLE_PROPERTIES),
};

/** Maps as objects: the order of things of other containers has no meaning in a BPMN file. */
const unordered = (graph: Graph) => ({
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
  for (const element of made.elements.values()) {
    if (before.elements.get(element.id) === element) elements.set(element.id, element);
    else {
      const fitting = fitted(element, containers);
      if (fitting) elements.set(element.id, fitting);
      else containers.delete(element.id);
    }
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

const lines = ({ views }: Graph) =>
  [...views.values()].flatMap(({ connections }) => [...connections.values()]);

describe("a BPMN file", () => {
  it.each(NAMES)("%s comes out as it went in when nothing changed", (name) => {
    const file = bytesOf(name);
    const { graph, source } = bpmnCodec.read(file);
    expect(canonical(bpmnCodec.write(graph, source))).toBe(canonical(file));
    expect(canonical(bpmnCodec.write({ ...graph }, source))).toBe(canonical(file));
  });

  it.each(VALID)("%s is valid by the schema of the OMG", (name) => {
    expect(schemaErrors(bytesOf(name))).toEqual([]);
  });

  it.each(NAMES)("%s holds every change that BPMN has a place for", (name) => {
    const { graph, source } = bpmnCodec.read(bytesOf(name));
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const wanted = writable(edited(graph, edits, WORDS), graph);
        const again = bpmnCodec.read(bpmnCodec.write(wanted, source));
        expect(unordered(again.graph)).toEqual(unordered(wanted));
      }),
      { numRuns: 200 },
    );
  });

  it.each(VALID)("%s stays valid by the schema as long as no rule is broken", (name) => {
    const { graph, source } = bpmnCodec.read(bytesOf(name));
    let tried = 0;
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const made = writable(edited(graph, edits.slice(0, 4), WORDS), graph);
        const broken = BPMN_RULES.filter(({ severity }) => severity === "error").flatMap((rule) => [
          ...rule.check(made),
        ]);
        if (broken.length > 0 || lines(made).some(({ waypoints }) => waypoints.length < 2)) return;
        tried++;
        for (const from of [source, undefined]) expect(schemaErrors(bpmnCodec.write(made, from))).toEqual([]);
      }),
      { numRuns: 300 },
    );
    expect(tried).toBeGreaterThan(50);
  });

  it.each(NAMES)("%s becomes a new file of the same graph without its source", (name) => {
    const { graph } = bpmnCodec.read(bytesOf(name));
    expect(unordered(bpmnCodec.read(bpmnCodec.write(graph)).graph)).toEqual(unordered(graph));
  });

  it.each(NAMES)("%s has nothing of a change left after its inverse", (name) => {
    const file = bytesOf(name);
    const { graph, source } = bpmnCodec.read(file);
    fc.assert(
      fc.property(graphEdits, (edits) => {
        const changed = writable(edited(graph, edits, WORDS), graph);
        bpmnCodec.write(changed, source);
        expect(canonical(bpmnCodec.write({ ...graph }, source))).toBe(canonical(file));
      }),
      { numRuns: 30 },
    );
  });
});

it("an empty graph is an empty, valid file", () => {
  const file = bpmnCodec.write(emptyGraph("bpmn"));
  expect(bpmnCodec.read(file).graph).toEqual(emptyGraph("bpmn"));
  expect(schemaErrors(file)).toEqual([]);
});

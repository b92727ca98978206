import type { Graph, Properties } from "../graph.ts";
import { UnreadableModel, type Problem } from "../problem.ts";
import { attributeOf } from "../xml/query-xml.ts";
import type { XmlDocument, XmlElement } from "../xml/xml-tree.ts";
import { FileIds, idOf } from "./file-ids.ts";
import { AMEIDE_NAMESPACE, DEFAULT_TARGET_NAMESPACE, MODEL_NAMESPACE } from "./namespaces.ts";
import { readModel } from "./read-model.ts";
import { readViews } from "./read-views.ts";

/** Where the items of a graph stand in its file. */
export interface Places {
  /** Elements, relations and views. */
  readonly items: ReadonlyMap<string, XmlElement>;
  /** By view: nodes and connections. */
  readonly drawn: ReadonlyMap<string, ReadonlyMap<string, XmlElement>>;
  /** Those whose id the file does not give, or gives twice. */
  readonly derived: ReadonlySet<XmlElement>;
}

export interface ReadBpmn {
  readonly graph: Graph;
  readonly places: Places;
  readonly ids: FileIds;
}

const DI_LOCALS = /^(BPMN|Bounds$|waypoint$)/;

/** The graph of a parsed file. */
export function readBpmn(root: XmlElement): ReadBpmn {
  if (root.local !== "definitions" || /DMN|CMMN/i.test(root.namespace)) throw notBpmn(root);
  const isOurs = (node: XmlElement) => node.namespace === root.namespace || DI_LOCALS.test(node.local);
  const ids = new FileIds(root, isOurs);
  const { elements, relations, places } = readModel(root, ids);
  const drawings = readViews(root, ids);
  const graph: Graph = {
    notation: "bpmn",
    id: idOf(root) ?? "",
    name: attributeOf(root, "name") ?? "",
    // The format has none for a whole file: ours.
    documentation: attributeOf(root, "documentation", AMEIDE_NAMESPACE) ?? "",
    properties: readDefinitions(root),
    elements,
    relations,
    views: drawings.views,
  };
  const items = new Map([...places, ...drawings.places]);
  return { graph, places: { items, drawn: drawings.inside, derived: ids.derived }, ids };
}

/** Attributes of the whole file that people may want to see. */
export const DEFINITIONS_ATTRIBUTES: readonly string[] = [
  "targetNamespace",
  "expressionLanguage",
  "typeLanguage",
  "exporter",
  "exporterVersion",
];

function readDefinitions(root: XmlElement): Properties {
  const properties: Record<string, string> = {};
  for (const name of DEFINITIONS_ATTRIBUTES) {
    const value = attributeOf(root, name);
    if (value !== undefined && value !== DEFAULT_TARGET_NAMESPACE) properties[name] = value;
  }
  return properties;
}

/** What is unusual about the file as a whole. */
export function checkRoot({ root }: XmlDocument): Problem[] {
  if (root.namespace === MODEL_NAMESPACE) return [];
  const namespace = root.namespace === "" ? "no namespace" : `the namespace ${root.namespace}`;
  return [
    {
      severity: "warning",
      code: "BPMN_NAMESPACE",
      message: `The file has ${namespace} and is read as if it were BPMN 2.0 (${MODEL_NAMESPACE}).`,
      line: root.line,
      column: root.column,
    },
  ];
}

const notBpmn = (root: XmlElement): UnreadableModel =>
  new UnreadableModel({
    code: "NOT_BPMN",
    message: `The file begins with <${root.name}>; a BPMN 2.0 file begins with <definitions>. Export it as BPMN 2.0 XML.`,
    line: root.line,
    column: root.column,
  });

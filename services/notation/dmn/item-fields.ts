import type { Properties, Value } from "../graph.ts";
import { attributeOf, elementsOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import {
  attributeField,
  CELL,
  child,
  colorField,
  listField,
  NAMED,
  NOTE,
  PARAMETER,
  referenceField,
  REFERENCE,
  steps,
  textField,
  type Field,
  type Step,
} from "./fields.ts";
import { AMEIDE_NAMESPACE } from "./namespaces.ts";
import { EXPRESSIONS } from "./schema-order.ts";

const BOXED: ReadonlySet<string> = new Set(
  EXPRESSIONS.filter((name) => name !== "literalExpression" && name !== "decisionTable"),
);

/** The kind of an expression that is neither a table nor a text; what is inside of it stays in the file. */
const boxedExpression = (path: readonly Step[]): Field => {
  const find = (holder: XmlElement) => elementsOf(holder).find(({ local }) => BOXED.has(local));
  return {
    name: "boxedExpression",
    path,
    holds: (value) => typeof value === "string" && BOXED.has(value),
    read: (holder) => find(holder)?.local,
    write: (writer, holder, value) => {
      const old = find(writer.current(holder));
      if (old) writer.removeAll(holder, old.local);
      writer.need(holder, { local: String(value), home: "model" });
    },
    clear: (writer, holder) => {
      const old = find(writer.current(holder));
      if (old) writer.removeAll(holder, old.local);
    },
  };
};

/** A table's own attributes, and other logic, of what the path leads to. */
const logic = (path: readonly Step[]): readonly Field[] => {
  const table = [...path, ...steps("decisionTable")];
  return [
    ...["hitPolicy", "aggregation", "preferredOrientation", "outputLabel"].map((name) =>
      attributeField(name, { path: table }),
    ),
    listField("annotations", "annotation", table, NAMED),
    textField("literalExpression", [...path, ...steps("literalExpression", "text")], 1),
    boxedExpression(path),
  ];
};

const references = (...names: readonly string[]): readonly Field[] =>
  names.map((name) => listField(name, name, [], REFERENCE));

const label = attributeField("label");
const variable = attributeField("typeRef", { path: steps("variable") });
const values = (name: string): Field => textField(name, steps(name, "text"), 1);
const itemFields: readonly Field[] = [
  textField("typeRef", steps("typeRef")),
  values("allowedValues"),
  attributeField("typeLanguage"),
  attributeField("isCollection", { kind: "boolean" }),
  label,
];

const FIELDS: Readonly<Record<string, readonly Field[]>> = {
  decision: [
    textField("question", steps("question")),
    textField("allowedAnswers", steps("allowedAnswers")),
    variable,
    ...references("supportedObjective", "impactedPerformanceIndicator"),
    ...references("decisionMaker", "decisionOwner", "usingProcess", "usingTask"),
    ...logic([]),
    label,
  ],
  businessKnowledgeModel: [
    variable,
    attributeField("kind", { path: steps("encapsulatedLogic") }),
    listField("parameters", "formalParameter", steps("encapsulatedLogic"), PARAMETER),
    ...logic(steps("encapsulatedLogic")),
    label,
  ],
  inputData: [variable, label],
  knowledgeSource: [
    attributeField("locationURI"),
    textField("type", steps("type")),
    referenceField("owner"),
    label,
  ],
  decisionService: [
    variable,
    ...references("outputDecision", "encapsulatedDecision", "inputDecision", "inputData"),
    label,
  ],
  itemDefinition: itemFields,
  itemComponent: itemFields,
  textAnnotation: [attributeField("textFormat"), label],
  group: [label],
  elementCollection: [...references("drgElement"), label],
  performanceIndicator: [attributeField("URI"), ...references("impactingDecision"), label],
  organizationUnit: [attributeField("URI"), ...references("decisionMade", "decisionOwned"), label],
  import: ["namespace", "locationURI", "importType", "label"].map((name) => attributeField(name)),
  input: [
    textField("expression", steps("inputExpression", "text")),
    attributeField("typeRef", { path: steps("inputExpression") }),
    values("inputValues"),
  ],
  output: [attributeField("typeRef"), values("outputValues"), values("defaultOutputEntry"), label],
  rule: [
    listField("inputEntries", "inputEntry", [], CELL),
    listField("outputEntries", "outputEntry", [], CELL),
    listField("annotationEntries", "annotationEntry", [], NOTE),
  ],
  association: [attributeField("associationDirection")],
};

/** The properties that an element or relation of the type has a place for. */
export const fieldsOf = (type: string): readonly Field[] => FIELDS[type] ?? [];

/** Of the model itself. */
export const MODEL_FIELDS: readonly Field[] = [
  "namespace",
  "expressionLanguage",
  "typeLanguage",
  "exporter",
  "exporterVersion",
  "label",
].map((name) => attributeField(name));

const STYLE: readonly Step[] = [{ local: "DMNStyle", home: "di" }];
const style: readonly Field[] = [
  colorField("fill", "FillColor", STYLE),
  colorField("stroke", "StrokeColor", STYLE),
  colorField("textColor", "FontColor", STYLE),
  attributeField("fontFamily", { path: STYLE }),
  attributeField("fontSize", { path: STYLE, kind: "number" }),
];
const labelText = textField("labelText", [
  { local: "DMNLabel", home: "di" },
  { local: "Text", home: "di" },
]);

export const NODE_FIELDS: readonly Field[] = [
  attributeField("isCollapsed", { kind: "boolean" }),
  attributeField("isListedInputData", { kind: "boolean" }),
  labelText,
  ...style,
];
export const CONNECTION_FIELDS: readonly Field[] = [labelText, ...style];
export const VIEW_FIELDS: readonly Field[] = [attributeField("resolution", { kind: "number" })];

/** Where the property stands, if it is there. */
export function holderOf(node: XmlElement, { path }: Field): XmlElement | undefined {
  let holder: XmlElement | undefined = node;
  for (const { local } of path) holder = holder && child(holder, local);
  return holder;
}

/** What DMN has no place for is JSON in an attribute of our own. */
export function readOthers(node: XmlElement): Readonly<Record<string, Value>> {
  try {
    const value: unknown = JSON.parse(attributeOf(node, "properties", AMEIDE_NAMESPACE) ?? "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, Value>)
      : {};
  } catch {
    return {};
  }
}

export function readProperties(node: XmlElement, fields: readonly Field[]): Properties {
  const properties: Record<string, Value> = {};
  for (const field of fields) {
    const holder = holderOf(node, field);
    const value = holder && field.read(holder);
    if (value !== undefined) properties[field.name] = value;
  }
  return { ...properties, ...readOthers(node) };
}

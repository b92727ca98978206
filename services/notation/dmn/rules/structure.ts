import type { Element, Graph } from "../../graph.ts";
import { describe, elementRule, type Violation } from "../../make-rule.ts";
import { childrenIn, elementsNamed } from "../../model-index.ts";
import type { Rule } from "../../notation.ts";
import { ELEMENT_TYPES, TABLE_PARTS, wayInto } from "../item-types.ts";
import { isExternal, REFERENCE_TYPES } from "../references.ts";
import { DRG_ELEMENTS } from "../schema-order.ts";

const NAMED = new Set([...DRG_ELEMENTS, "itemDefinition", "itemComponent"]);

const isDrg = (type: string): boolean => DRG_ELEMENTS.includes(type);

const knownType = elementRule(
  { id: "dmn/known-type", severity: "error", says: "Every element is of a type that DMN has." },
  function* (graph, { id, type }) {
    if (!ELEMENT_TYPES.has(type))
      yield { message: `${describe(graph, id)} is of the unknown type "${type}".` };
  },
);

const containment = elementRule(
  {
    id: "dmn/containment",
    severity: "error",
    says: "Columns and rules are in a decision or business knowledge model, components in a type, all else in the model.",
  },
  function* (graph, { id, type, parent }) {
    const needsParent = TABLE_PARTS.has(type) || type === "itemComponent";
    const container = graph.elements.get(parent ?? "");
    if (parent !== undefined && !container)
      yield { message: `${describe(graph, id)} is in "${parent}", which is not in the model.` };
    else if (container ? wayInto(container.type, type) === undefined : needsParent) {
      const where = type === "itemComponent" ? "a type" : "a decision or business knowledge model";
      const should = needsParent ? `belongs in ${where}` : "stands in the model itself";
      yield {
        message: `${describe(graph, id)} ${should}.`,
        ...(parent !== undefined && { relatedIds: [parent] }),
      };
    }
  },
);

const uniqueNames = elementRule(
  {
    id: "dmn/unique-names",
    severity: "error",
    says: "Expressions find things by their names: no two elements, types or components of a type have the same.",
  },
  function* (graph, element) {
    if (!NAMED.has(element.type) || element.name === "") return;
    const same = elementsNamed(graph, element.name).filter(
      (other) =>
        other !== element &&
        other.parent === element.parent &&
        (other.type === element.type || (isDrg(other.type) && isDrg(element.type))),
    );
    if (same.length > 0)
      yield {
        message: `The name "${element.name}" of ${element.type} ${element.id} is taken; give it another one.`,
        relatedIds: same.map(({ id }) => id),
      };
  },
);

const named = elementRule(
  { id: "dmn/named", severity: "warning", says: "Decisions, data, knowledge and types have a name." },
  function* (graph, { id, type, name }) {
    if (NAMED.has(type) && name.trim() === "") yield { message: `${describe(graph, id)} has no name.` };
  },
);

const oneLogic = elementRule(
  {
    id: "dmn/one-logic",
    severity: "error",
    says: "A decision has one kind of logic: a table, a literal expression or another boxed expression.",
  },
  function* (graph, { id, type, properties }) {
    if (type !== "decision" && type !== "businessKnowledgeModel") return;
    const hasTable =
      properties["hitPolicy"] !== undefined ||
      childrenIn(graph, id).some((child) => TABLE_PARTS.has(child.type));
    const kinds = [
      ...(hasTable ? ["a decision table"] : []),
      ...(properties["literalExpression"] === undefined ? [] : ["a literal expression"]),
      ...(properties["boxedExpression"] === undefined ? [] : [`a ${String(properties["boxedExpression"])}`]),
    ];
    if (kinds.length > 1)
      yield { message: `${describe(graph, id)} has ${kinds.join(" and ")}; take all but one away.` };
  },
);

const knownReferences: Rule = {
  id: "dmn/known-references",
  severity: "error",
  says: "What a decision service, collection or owner refers to is in the model, and of the right kind.",
  *check(graph, scope) {
    for (const element of scope ? referrersOf(graph, scope) : graph.elements.values())
      for (const violation of wrongReferences(graph, element))
        yield { severity: "error", code: "dmn/known-references", itemId: element.id, ...violation };
  },
};

function* wrongReferences(graph: Graph, element: Element): Generator<Violation> {
  for (const [name, other] of referencesOf(element)) {
    if (isExternal(other) || name === "supportedObjective") continue;
    const [type, found] = [REFERENCE_TYPES.get(name), graph.elements.get(other)];
    const of = `${name} of ${describe(graph, element.id)}`;
    if (!found) yield { message: `${of} is "${other}", which is not in the model.` };
    else if (type !== undefined && found.type !== type)
      yield { message: `${of} is ${describe(graph, other)}; it has to be a ${type}.`, relatedIds: [other] };
  }
}

function* referencesOf({ properties }: Element): Generator<readonly [name: string, id: string]> {
  for (const name of Object.keys(properties)) {
    if (!REFERENCE_TYPES.has(name)) continue;
    for (const id of [properties[name] ?? []].flat()) if (typeof id === "string") yield [name, id];
  }
}

/** The elements of the scope, and those that refer to one of it. */
function* referrersOf({ elements }: Graph, scope: ReadonlySet<string>): Generator<Element> {
  for (const element of elements.values()) {
    let concerned = scope.has(element.id);
    for (const [, id] of referencesOf(element)) concerned ||= scope.has(id);
    if (concerned) yield element;
  }
}

const oneStructure = elementRule(
  {
    id: "dmn/one-structure",
    severity: "error",
    says: "A type is either another type with some values (typeRef, allowedValues), or has components.",
  },
  function* (graph, { id, type, properties }) {
    if (type !== "itemDefinition" && type !== "itemComponent") return;
    const components = childrenIn(graph, id).filter((child) => child.type === "itemComponent");
    const isSimple = properties["typeRef"] !== undefined || properties["allowedValues"] !== undefined;
    if (isSimple && components.length > 0)
      yield {
        message: `${describe(graph, id)} has both a typeRef and components; take one away.`,
        relatedIds: components.map((component) => component.id),
      };
  },
);

const wholeImport = elementRule(
  {
    id: "dmn/whole-import",
    severity: "error",
    says: "An import says the namespace of what it imports, and its kind (importType).",
  },
  function* (graph, { id, type, properties }) {
    const missing = ["namespace", "importType"].filter((name) => !properties[name]);
    if (type === "import" && missing.length > 0)
      yield { message: `${describe(graph, id)} has no ${missing.join(" and no ")}.` };
  },
);

const serviceOutput = elementRule(
  {
    id: "dmn/service-output",
    severity: "warning",
    says: "A decision service gives the result of a decision.",
  },
  function* (graph, { id, type, properties }) {
    if (type === "decisionService" && properties["outputDecision"] === undefined)
      yield { message: `${describe(graph, id)} has no output decision.` };
  },
);

const hasLogic = elementRule(
  { id: "dmn/has-logic", severity: "info", says: "A decision says how it is made." },
  function* (graph, { id, type, properties }) {
    const has = ["literalExpression", "boxedExpression"].some((name) => properties[name] !== undefined);
    if (type === "decision" && !has && !childrenIn(graph, id).some((child) => TABLE_PARTS.has(child.type)))
      yield { message: `${describe(graph, id)} has neither a table nor an expression.` };
  },
);

export const STRUCTURE_RULES: readonly Rule[] = [
  knownType,
  containment,
  uniqueNames,
  named,
  oneLogic,
  knownReferences,
  oneStructure,
  wholeImport,
  serviceOutput,
  hasLogic,
];

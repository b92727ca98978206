import type { Element, Graph } from "../../graph.ts";
import { cycleFrom, describe, elementRule, type Violation } from "../../make-rule.ts";
import { childrenIn, elementsNamed } from "../../model-index.ts";
import type { Rule } from "../../notation.ts";
import { CLASSIFIERS, CONTAINERS, umlVocabulary } from "../vocabulary.ts";

const article = (type: string): string => (/^[aeio]/.test(type) ? `an ${type}` : `a ${type}`);

const knownType = elementRule(
  {
    id: "uml/known-type",
    severity: "error",
    says: "Every element is of a type that UML class and component diagrams have.",
  },
  function* (graph, { id, type }) {
    if (!umlVocabulary.elements.has(type))
      yield { message: `${describe(graph, id)} is of the unknown type "${type}".` };
  },
);

const containment = elementRule(
  {
    id: "uml/containment",
    severity: "error",
    says: "Elements stand where they can: attributes in classifiers, literals in enumerations, ports in components.",
  },
  function* (graph, { id, type, parent }) {
    const allowed = CONTAINERS.get(type);
    const container = parent === undefined ? "" : graph.elements.get(parent)?.type;
    if (!allowed) return;
    if (container === undefined)
      yield { message: `${describe(graph, id)} is in "${parent}", which is not in the model.` };
    else if (!allowed.includes(container)) {
      const where = container === "" ? "stand alone" : `be in ${article(container)}`;
      const fits = allowed.filter((name) => name !== "").map(article);
      yield {
        message: `${describe(graph, id)} cannot ${where}; it belongs in ${fits.join(" or ")}.`,
        ...(parent !== undefined && { relatedIds: [parent] }),
      };
    }
  },
);

const noContainmentCycle = elementRule(
  { id: "uml/no-containment-cycle", severity: "error", says: "Nothing contains itself." },
  function* (graph, { id }) {
    const parentOf = (at: string) => {
      const parent = graph.elements.get(at)?.parent;
      return parent === undefined ? [] : [parent];
    };
    const cycle = cycleFrom(id, parentOf);
    if (cycle) yield { message: `${describe(graph, id)} contains itself.`, relatedIds: cycle.slice(1) };
  },
);

const uniqueNames = elementRule(
  {
    id: "uml/unique-names",
    severity: "error",
    says: "Within a package or classifier a name means one thing; operations may differ in their parameters.",
  },
  function* (graph, element) {
    const signature = signatureOf(graph, element);
    if (signature === undefined) return;
    const same = elementsNamed(graph, element.name).filter(
      (other) =>
        other !== element && other.parent === element.parent && signatureOf(graph, other) === signature,
    );
    if (same.length > 0) yield clash(graph, element, same);
  },
);

function clash(graph: Graph, element: Element, same: readonly Element[]): Violation {
  const where = element.parent === undefined ? "in the model" : `in ${describe(graph, element.parent)}`;
  return {
    message: `The name "${element.name}" of ${element.type} ${element.id} is taken ${where}; give it another one.`,
    relatedIds: same.map(({ id }) => id),
  };
}

/** What has to be another for each element of a namespace; undefined: it may be called as it likes. */
function signatureOf(graph: Graph, { id, type, name }: Element): string | undefined {
  if (name === "" || type === "comment") return undefined;
  if (CLASSIFIERS.has(type)) return `classifier ${name}`;
  if (type !== "operation") return `${type} ${name}`;
  const parameters = childrenIn(graph, id).filter(
    (child) => child.type === "parameter" && child.properties["direction"] !== "return",
  );
  return `operation ${name} ${JSON.stringify(parameters.map(({ properties }) => properties["valueType"] ?? ""))}`;
}

const oneReturn = elementRule(
  { id: "uml/one-return", severity: "error", says: "An operation returns one thing at most." },
  function* (graph, { id, type }) {
    if (type !== "operation") return;
    const returns = childrenIn(graph, id).filter(({ properties }) => properties["direction"] === "return");
    if (returns.length > 1)
      yield {
        message: `${describe(graph, id)} has ${returns.length} parameters of direction "return".`,
        relatedIds: returns.map((parameter) => parameter.id),
      };
  },
);

const named = elementRule(
  { id: "uml/named", severity: "warning", says: "Everything but ports, parameters and comments has a name." },
  function* (graph, { id, type, name }) {
    const mayBeNameless = ["port", "parameter", "comment"].includes(type);
    if (name.trim() === "" && !mayBeNameless) yield { message: `${describe(graph, id)} has no name.` };
  },
);

export const STRUCTURE_RULES: readonly Rule[] = [
  knownType,
  containment,
  noContainmentCycle,
  uniqueNames,
  oneReturn,
  named,
];

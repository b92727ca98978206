import type { Element, Graph, Properties, Value } from "../../graph.ts";
import { describe, elementRule, itemRule, type Violation } from "../../make-rule.ts";
import { childrenIn } from "../../model-index.ts";
import type { Rule } from "../../notation.ts";
import { parseMultiplicity } from "../multiplicity.ts";
import { CLASSIFIERS } from "../vocabulary.ts";

function* badMultiplicity(
  graph: Graph,
  id: string,
  name: string,
  value: Value | undefined,
): Generator<Violation> {
  if (value === undefined || value === "") return;
  const multiplicity = parseMultiplicity(value);
  if (!multiplicity)
    yield {
      message: `${name} of ${describe(graph, id)} is ${JSON.stringify(value)}, which is no multiplicity.`,
    };
  else if (multiplicity.lower > multiplicity.upper || multiplicity.upper === 0)
    yield { message: `${name} of ${describe(graph, id)} is "${String(value)}": nothing can be so many.` };
}

const validMultiplicity = itemRule(
  {
    id: "uml/valid-multiplicity",
    severity: "error",
    says: 'A multiplicity is "1", "0..1", "*" or "2..5", and its lower bound is not above its upper one.',
  },
  (graph, { id, properties }) => badMultiplicity(graph, id, "multiplicity", properties["multiplicity"]),
  function* (graph, { id, properties }) {
    for (const name of ["sourceMultiplicity", "targetMultiplicity"])
      yield* badMultiplicity(graph, id, name, properties[name]);
  },
);

const WORDS: Readonly<Record<string, readonly string[]>> = {
  visibility: ["public", "private", "protected", "package"],
  direction: ["in", "out", "inout", "return"],
  sourceAggregation: ["none", "shared", "composite"],
  targetAggregation: ["none", "shared", "composite"],
};

function* unknownValues(
  graph: Graph,
  { id, properties }: { id: string; properties: Properties },
): Generator<Violation> {
  for (const [name, words] of Object.entries(WORDS)) {
    const value = properties[name];
    if (value !== undefined && !words.includes(String(value)))
      yield {
        message: `${name} of ${describe(graph, id)} is ${JSON.stringify(value)}; it has to be ${words.join(", ")}.`,
      };
  }
}

const knownValues = itemRule(
  {
    id: "uml/known-values",
    severity: "error",
    says: "visibility, direction and aggregation have one of their values.",
  },
  unknownValues,
  unknownValues,
);

const abstractOwner = elementRule(
  {
    id: "uml/abstract-owner",
    severity: "warning",
    says: "A class with an abstract operation is abstract itself.",
  },
  function* (graph, { id, type, parent, properties }) {
    const owner = graph.elements.get(parent ?? "");
    if (type !== "operation" || properties["isAbstract"] !== true || !owner) return;
    if (["class", "component"].includes(owner.type) && owner.properties["isAbstract"] !== true)
      yield {
        message: `${describe(graph, id)} is abstract, but ${describe(graph, owner.id)} is not.`,
        relatedIds: [owner.id],
      };
  },
);

const publicInterface = elementRule(
  { id: "uml/public-interface", severity: "warning", says: "What an interface offers is public." },
  function* (graph, { id, type, parent, properties }) {
    const visibility = properties["visibility"];
    if (visibility === undefined || visibility === "public" || !["attribute", "operation"].includes(type))
      return;
    if (graph.elements.get(parent ?? "")?.type === "interface")
      yield { message: `${describe(graph, id)} of an interface is ${String(visibility)}.` };
  },
);

const hasLiterals = elementRule(
  { id: "uml/enumeration-literals", severity: "info", says: "An enumeration has literals." },
  function* (graph, { id, type }) {
    if (type === "enumeration" && !childrenIn(graph, id).some((child) => child.type === "enumerationLiteral"))
      yield { message: `${describe(graph, id)} has no literals.` };
  },
);

/** Names that need no element. */
const BUILT_IN = new Set(
  "string integer boolean real unlimitednatural int long short byte float double decimal number char text date time datetime timestamp duration uuid object any void json".split(
    " ",
  ),
);

const knownValueTypes = elementRule(
  {
    id: "uml/known-value-type",
    severity: "info",
    says: "The type of an attribute or parameter is in the model, or is a usual one such as String.",
  },
  function* (graph, { id, properties }) {
    const type = properties["valueType"];
    if (typeof type !== "string" || type === "" || BUILT_IN.has(type.toLowerCase())) return;
    if (!isClassifier(graph.elements.get(type)) && !namesOf(graph.elements).has(type))
      yield { message: `${describe(graph, id)} is of the type "${type}", which is not in the model.` };
  },
);

const isClassifier = (element: Element | undefined) => element !== undefined && CLASSIFIERS.has(element.type);

const NAMES = new WeakMap<Graph["elements"], ReadonlySet<string>>();

function namesOf(elements: Graph["elements"]): ReadonlySet<string> {
  const known = NAMES.get(elements);
  if (known) return known;
  const names = new Set([...elements.values()].filter(isClassifier).map(({ name }) => name));
  NAMES.set(elements, names);
  return names;
}

export const VALUE_RULES: readonly Rule[] = [
  validMultiplicity,
  knownValues,
  abstractOwner,
  publicInterface,
  hasLiterals,
  knownValueTypes,
];

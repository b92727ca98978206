import type { Graph, Relation } from "../../graph.ts";
import { cycleFrom, describe, relationRule } from "../../make-rule.ts";
import { relationsFrom } from "../../model-index.ts";
import type { Rule } from "../../notation.ts";
import { parseMultiplicity } from "../multiplicity.ts";
import { CLASSIFIERS } from "../vocabulary.ts";

const SERVERS = new Set(["class", "component", "dataType", "enumeration", "port"]);
const WIRED = new Set(["port", "component", "interface"]);
const DEPENDENT = new Set([...CLASSIFIERS, "package", "port", "operation"]);

type Ends = (source: string, target: string) => boolean;

/** Which types may be at the ends, and how one says it. */
const ENDS: ReadonlyMap<string, readonly [Ends, string]> = new Map([
  ["association", [(a, b) => CLASSIFIERS.has(a) && CLASSIFIERS.has(b), "joins two classifiers"]],
  ["generalization", [(a, b) => CLASSIFIERS.has(a) && CLASSIFIERS.has(b), "runs between classifiers"]],
  ["realization", [(a) => SERVERS.has(a), "begins at a class, component, data type, enumeration or port"]],
  [
    "dependency",
    [(a, b) => DEPENDENT.has(a) && DEPENDENT.has(b), "joins classifiers, packages, ports or operations"],
  ],
  [
    "usage",
    [(a, b) => DEPENDENT.has(a) && DEPENDENT.has(b), "joins classifiers, packages, ports or operations"],
  ],
  ["connector", [(a, b) => WIRED.has(a) && WIRED.has(b), "joins ports, components or interfaces"]],
  ["anchor", [(a, b) => (a === "comment") !== (b === "comment"), "leads from a comment to what it is about"]],
]);

const typeOf = (graph: Graph, id: string): string | undefined =>
  graph.elements.get(id)?.type ?? graph.relations.get(id)?.type;

const noDanglingEnds = relationRule(
  { id: "uml/no-dangling-ends", severity: "error", says: "Both ends of a relation are in the model." },
  function* (graph, { id, source, target }) {
    for (const [end, other] of [
      ["begins", source],
      ["ends", target],
    ] as const)
      if (typeOf(graph, other) === undefined)
        yield { message: `${describe(graph, id)} ${end} at "${other}", which is not in the model.` };
  },
);

const relationEnds = relationRule(
  {
    id: "uml/relation-ends",
    severity: "error",
    says: "A relation joins what it can join: an association classifiers, a connector ports and components.",
  },
  function* (graph, { id, type, source, target }) {
    const [from, to] = [typeOf(graph, source), typeOf(graph, target)];
    const known = ENDS.get(type);
    if (!known) yield { message: `${describe(graph, id)} is of the unknown type "${type}".` };
    else if (from !== undefined && to !== undefined && !known[0](from, to))
      yield {
        message: `${describe(graph, id)} joins a ${from} and a ${to}, but a ${type} ${known[1]}.`,
        relatedIds: [source, target],
      };
  },
);

const sameKind = relationRule(
  {
    id: "uml/generalization-same-kind",
    severity: "error",
    says: "What is special and what is general are of the same kind: classes of classes, interfaces of interfaces.",
  },
  function* (graph, { id, type, source, target }) {
    const [from, to] = [typeOf(graph, source), typeOf(graph, target)];
    if (type !== "generalization" || from === undefined || to === undefined || from === to) return;
    yield {
      message: `${describe(graph, id)} makes a ${from} a special ${to}.`,
      relatedIds: [source, target],
    };
  },
);

const noCycle = relationRule(
  { id: "uml/no-generalization-cycle", severity: "error", says: "Nothing is a special case of itself." },
  function* (graph, { id, type, source, target }) {
    if (type !== "generalization") return;
    const cycle = source === target ? [source] : generalizationCycle(graph, source, target);
    if (cycle)
      yield {
        message: `${describe(graph, id)} closes a cycle: ${cycle.map((at) => describe(graph, at)).join(", ")}.`,
        relatedIds: cycle,
      };
  },
);

/** A cycle that goes through this very step. */
function generalizationCycle(graph: Graph, source: string, target: string): readonly string[] | undefined {
  return cycleFrom(source, (at) =>
    at === source
      ? [target]
      : relationsFrom(graph, at)
          .filter(({ type }) => type === "generalization")
          .map((relation) => relation.target),
  );
}

const noSpecialLeaf = relationRule(
  { id: "uml/no-special-leaf", severity: "error", says: "A leaf has no special cases." },
  function* (graph, { id, type, target }) {
    if (type === "generalization" && graph.elements.get(target)?.properties["isLeaf"] === true)
      yield {
        message: `${describe(graph, id)} specialises ${describe(graph, target)}, which is a leaf.`,
        relatedIds: [target],
      };
  },
);

const toInterface = relationRule(
  { id: "uml/realization-to-interface", severity: "error", says: "What is realised is an interface." },
  function* (graph, { id, type, target }) {
    const to = typeOf(graph, target);
    if (type === "realization" && to !== undefined && to !== "interface")
      yield {
        message: `${describe(graph, id)} realises a ${to}; only interfaces are realised, use a generalization or dependency.`,
        relatedIds: [target],
      };
  },
);

const ENDS_OF_ASSOCIATION = ["source", "target"] as const;
const isWhole = ({ properties }: Relation, end: "source" | "target") =>
  properties[`${end}Aggregation`] === "composite" || properties[`${end}Aggregation`] === "shared";

const oneOwner = relationRule(
  {
    id: "uml/composite-owner-multiplicity",
    severity: "error",
    says: "A part belongs to one whole at a time: the multiplicity at the whole's end is 1 or 0..1.",
  },
  function* (graph, relation) {
    if (relation.type !== "association") return;
    for (const end of ENDS_OF_ASSOCIATION) {
      const multiplicity = parseMultiplicity(relation.properties[`${end}Multiplicity`]);
      if (relation.properties[`${end}Aggregation`] === "composite" && multiplicity && multiplicity.upper > 1)
        yield {
          message: `${describe(graph, relation.id)} lets a part have ${multiplicity.upper === Infinity ? "many" : multiplicity.upper} owners; make ${end}Multiplicity 1 or 0..1.`,
          relatedIds: [relation[end]],
        };
    }
  },
);

const oneWhole = relationRule(
  { id: "uml/one-whole", severity: "error", says: "Only one end of an association is the whole." },
  function* (graph, relation) {
    if (relation.type === "association" && ENDS_OF_ASSOCIATION.every((end) => isWhole(relation, end)))
      yield { message: `Both ends of ${describe(graph, relation.id)} are the whole.` };
  },
);

const noTwins = relationRule(
  {
    id: "uml/no-duplicate-relations",
    severity: "warning",
    says: "The same is said once: no second generalization, realization, dependency or usage between the same two.",
  },
  function* (graph, relation) {
    if (relation.type === "association" || relation.type === "connector") return;
    const twins = relationsFrom(graph, relation.source).filter(
      (other) => other !== relation && other.type === relation.type && other.target === relation.target,
    );
    if (twins.length > 0)
      yield {
        message: `${describe(graph, relation.id)} is there twice.`,
        relatedIds: twins.map(({ id }) => id),
      };
  },
);

export const RELATION_RULES: readonly Rule[] = [
  noDanglingEnds,
  relationEnds,
  sameKind,
  noCycle,
  noSpecialLeaf,
  toInterface,
  oneOwner,
  oneWhole,
  noTwins,
];

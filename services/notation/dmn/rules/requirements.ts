import type { Graph } from "../../graph.ts";
import { cycleFrom, describe, elementRule, relationRule } from "../../make-rule.ts";
import { relationsFrom } from "../../model-index.ts";
import type { Rule } from "../../notation.ts";
import { isExternal } from "../references.ts";
import { REQUIREMENT_ENDS } from "../vocabulary.ts";

const noDanglingEnds = relationRule(
  {
    id: "dmn/no-dangling-ends",
    severity: "error",
    says: "Both ends of a relation are in the model, or in an imported one.",
  },
  function* (graph, { id, source, target }) {
    for (const [end, other] of [
      ["begins", source],
      ["ends", target],
    ] as const)
      if (!graph.elements.has(other) && !isExternal(other))
        yield { message: `${describe(graph, id)} ${end} at "${other}", which is not in the model.` };
  },
);

const requirementEnds = relationRule(
  {
    id: "dmn/requirement-ends",
    severity: "error",
    says: "Decisions require decisions and data by information requirements, knowledge by knowledge requirements, sources by authority requirements.",
  },
  function* (graph, { id, type, source, target }) {
    const ends = REQUIREMENT_ENDS.get(type);
    if (!ends) {
      if (type !== "association")
        yield { message: `${describe(graph, id)} is of the unknown type "${type}".` };
      return;
    }
    const [from, to] = [graph.elements.get(source)?.type, graph.elements.get(target)?.type];
    if (to === undefined) return;
    if (!ends.targets.includes(to))
      yield {
        message: `${describe(graph, id)} ends at a ${to}, but what requires has to be a ${ends.targets.join(" or ")}.`,
        relatedIds: [target],
      };
    else if (from !== undefined && !ends.sources(to).includes(from))
      yield {
        message: `${describe(graph, id)} begins at a ${from}, but what is required has to be a ${ends.sources(to).join(" or ")}.`,
        relatedIds: [source],
      };
  },
);

const isLogical = (type: string): boolean =>
  type === "informationRequirement" || type === "knowledgeRequirement";

const noCycle = relationRule(
  { id: "dmn/no-cycle", severity: "error", says: "Nothing requires its own result." },
  function* (graph, { id, type, source, target }) {
    const cycle = isLogical(type) ? cycleOver(graph, source, target) : undefined;
    if (cycle)
      yield {
        message: `${describe(graph, id)} closes a cycle: ${cycle.map((at) => describe(graph, at)).join(", ")}.`,
        relatedIds: cycle,
      };
  },
);

/** A cycle that goes over this very step. */
function cycleOver(graph: Graph, source: string, target: string): readonly string[] | undefined {
  if (source === target) return [source];
  return cycleFrom(source, (at) =>
    at === source
      ? [target]
      : relationsFrom(graph, at)
          .filter(({ type }) => isLogical(type))
          .map((relation) => relation.target),
  );
}

const noTwins = relationRule(
  { id: "dmn/no-duplicate-requirements", severity: "warning", says: "The same is required once." },
  function* (graph, relation) {
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

const typeRefs = elementRule(
  { id: "dmn/type-ref", severity: "info", says: "Decisions and input data say their type." },
  function* (graph, { id, type, properties }) {
    if ((type === "decision" || type === "inputData") && !properties["typeRef"])
      yield { message: `${describe(graph, id)} has no type; set properties.typeRef.` };
  },
);

const BUILT_IN = new Set(
  "Any,string,number,boolean,date,time,date and time,dateTime,days and time duration,years and months duration,dayTimeDuration,yearMonthDuration,context,integer,long,double".split(
    ",",
  ),
);

const knownTypes = elementRule(
  {
    id: "dmn/known-type-ref",
    severity: "info",
    says: "A type is defined in the model or imported, or is one of FEEL's own.",
  },
  function* (graph, { id, properties }) {
    const { typeRef } = properties;
    if (typeof typeRef !== "string" || typeRef === "" || BUILT_IN.has(typeRef)) return;
    // Of an imported model "prefix.name"; before DMN 1.2 a qualified name.
    const local = typeRef.slice(typeRef.indexOf(":") + 1);
    if (typeRef.includes(".") || BUILT_IN.has(local) || typesOf(graph.elements).has(local)) return;
    yield { message: `${describe(graph, id)} is of the type "${typeRef}", which is not in the model.` };
  },
);

const TYPES = new WeakMap<Graph["elements"], ReadonlySet<string>>();

function typesOf(elements: Graph["elements"]): ReadonlySet<string> {
  const known = TYPES.get(elements);
  if (known) return known;
  const types = new Set(
    [...elements.values()].filter(({ type }) => type === "itemDefinition").map(({ name }) => name),
  );
  TYPES.set(elements, types);
  return types;
}

export const REQUIREMENT_RULES: readonly Rule[] = [
  noDanglingEnds,
  requirementEnds,
  noCycle,
  noTwins,
  typeRefs,
  knownTypes,
];

import type { Graph } from "../../notation/graph.ts";
import { ModelBuilder } from "./model-builder.ts";

/** Decisions that require inputs, knowledge and earlier decisions; some have a table with rules. */
export function dmnGraph(size: number, seed: number): Graph {
  const model = new ModelBuilder("dmn", seed);
  const inputs: string[] = [];
  const decisions: string[] = [];
  while (model.size < size) {
    if (inputs.length === 0 || model.chance(0.25)) inputs.push(model.element("inputData"));
    else if (model.chance(0.05)) addKnowledge(model, decisions);
    else addDecision(model, inputs, decisions, size);
  }
  const shown = new Set(["decision", "inputData", "businessKnowledgeModel", "knowledgeSource"]);
  return model.graph("Generated decisions", ({ type }) => shown.has(type));
}

function addDecision(
  model: ModelBuilder,
  inputs: readonly string[],
  decisions: string[],
  size: number,
): void {
  const id = model.element("decision", { properties: { hitPolicy: "FIRST" } });
  const rules = model.chance(0.3) ? Math.min(3 + model.below(5), size - model.size) : 0;
  for (let i = 0; i < rules; i++) {
    const properties = { inputEntries: [`> ${i}`], outputEntries: [`"${i}"`] };
    model.element("rule", { parent: id, name: "", properties });
  }
  model.relation("informationRequirement", model.pick(inputs), id);
  if (decisions.length > 0 && model.chance(0.7))
    model.relation("informationRequirement", model.pick(decisions), id);
  decisions.push(id);
}

function addKnowledge(model: ModelBuilder, decisions: readonly string[]): void {
  const [type, relation] = model.pick([
    ["businessKnowledgeModel", "knowledgeRequirement"],
    ["knowledgeSource", "authorityRequirement"],
  ] as const);
  const id = model.element(type);
  if (decisions.length > 0) model.relation(relation, id, model.pick(decisions));
}

import type { Graph } from "../../notation/graph.ts";
import { ModelBuilder } from "./model-builder.ts";

/** Packages of classes and interfaces with attributes and operations, which inherit from and use each other. */
export function umlGraph(size: number, seed: number): Graph {
  const model = new ModelBuilder("uml", seed);
  const classes: string[] = [];
  const interfaces: string[] = [];
  let owner = model.element("package");
  while (model.size < size) {
    if (model.chance(0.03)) owner = model.element("package");
    else if (model.chance(0.15)) interfaces.push(model.element("interface", { parent: owner }));
    else addClass(model, owner, classes, interfaces, size);
  }
  return model.graph("Generated classes", ({ type }) => type !== "attribute" && type !== "operation");
}

function addClass(
  model: ModelBuilder,
  parent: string,
  classes: string[],
  interfaces: readonly string[],
  size: number,
): void {
  const id = model.element("class", { parent });
  const members = Math.min(model.below(4), size - model.size);
  for (let i = 0; i < members; i++) {
    const type = model.pick(["attribute", "operation"]);
    model.element(type, { parent: id, properties: { valueType: "String" } });
  }
  if (classes.length > 0) {
    if (model.chance(0.4)) model.relation("generalization", id, model.pick(classes));
    if (model.chance(0.5)) model.relation("association", id, model.pick(classes));
    if (model.chance(0.3)) model.relation("dependency", model.pick(classes), id);
  }
  if (interfaces.length > 0 && model.chance(0.3)) model.relation("realization", id, model.pick(interfaces));
  classes.push(id);
}

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Graph } from "../notation/graph.ts";
import { codecForFile, kitFor } from "../notation/notations.ts";
import { expectHonest, inputOf } from "../testing/honest-projection.ts";
import { locate } from "../testing/requirements.ts";
import { projectGraph } from "./engine/project-graph.ts";
import { INTENTS, type ProjectionInput } from "./engine/projection.ts";

const BUDGETS = [100, 250, 1000, 4000, 32_000];
const corpus = locate("corpus");
const files = corpus === undefined ? [] : globSync("**/*.{xml,bpmn,dmn}", { cwd: corpus }).toSorted();

/** With what the rules of its notation say of it. */
function givenOf(graph: Graph): Partial<ProjectionInput> {
  const rules = kitFor(graph.notation)?.rules ?? [];
  return { rules, violations: rules.flatMap((rule) => [...rule.check(graph)]) };
}

function graphIn(file: string): Graph | undefined {
  const bytes = readFileSync(join(corpus ?? "", file));
  return codecForFile(bytes)?.read(bytes).graph;
}

describe.skipIf(corpus === undefined)("a projection of every model of the corpus", () => {
  it.each(files)("of %s fits each budget, is honest, the same each time, and keeps its focus", (file) => {
    const graph = graphIn(file);
    // Schemas and tables lie among the models.
    const ids = [...(graph?.elements.keys() ?? [])];
    expect(ids.length > 0 || file.includes("schema")).toBe(true);
    if (!graph) return;
    const given = givenOf(graph);
    const focus = ids[Math.floor(ids.length / 2)];
    for (const intent of INTENTS)
      for (const tokenBudget of BUDGETS)
        for (const focusIds of focus === undefined ? [[]] : [[], [focus]]) {
          const input = inputOf(graph, { intent, tokenBudget, focusIds }, given);
          const projection = projectGraph(input);
          expectHonest(input, projection);
          const shown = new Set(projection.nodes.map(({ at }) => ids[at] ?? ""));
          expect(focusIds.filter((id) => !shown.has(id))).toEqual([]);
          expect(projectGraph(input).text).toBe(projection.text);
        }
  });
});

import { encode as o200k } from "gpt-tokenizer/encoding/o200k_base";
import { expect } from "vitest";
import type { Graph } from "../notation/graph.ts";
import { lineTokenizer } from "../platform/tokenizer/line-tokenizer.ts";
import { indexOf } from "../projection/engine/graph-index.ts";
import type { Projection, ProjectionInput, ProjectionRequest } from "../projection/engine/projection.ts";
import { idText } from "../projection/engine/write-words.ts";

const tokenizer = await lineTokenizer("o200k_base");
export const AS_TEXT = { disallowedSpecial: new Set<string>() };

const REQUEST: ProjectionRequest = {
  intent: "analyze",
  tokenBudget: 4000,
  focusIds: [],
  focusTypes: [],
  maxDepth: 0,
  metrics: true,
  rules: true,
  hotspots: true,
  scenarios: true,
};

/** A request to the engine for all that there is. */
export function inputOf(
  graph: Graph,
  request: Partial<ProjectionRequest> = {},
  given: Partial<ProjectionInput> = {},
): ProjectionInput {
  return {
    graph,
    view: "AbCdEfGh",
    branch: "main",
    version: 58,
    request: { ...REQUEST, ...request },
    tokenizer,
    commits: [],
    rules: [],
    violations: [],
    elementTypes: ["userTask"],
    relationTypes: ["sequenceFlow"],
    ...given,
  };
}

/** What holds for every projection of every model. */
export function expectHonest(input: ProjectionInput, projection: Projection): void {
  const { text, tokenCount, nodes, edges, counts, groups, views } = projection;
  const index = indexOf(input.graph);
  expect(tokenCount).toBe(o200k(text, AS_TEXT).length);
  expect(tokenCount).toBeLessThanOrEqual(input.request.tokenBudget);
  const sumOf = (kind: string, of: "total" | "included") =>
    counts.filter((count) => count.kind === kind).reduce((sum, count) => sum + count[of], 0);
  expect([sumOf("element", "total"), sumOf("relation", "total"), sumOf("view", "total")]).toEqual([
    index.elements.length,
    index.edges.length,
    input.graph.views.size,
  ]);
  expect([sumOf("element", "included"), sumOf("relation", "included"), sumOf("view", "included")]).toEqual([
    nodes.length,
    edges.length,
    views.length,
  ]);
  // The groups share out exactly what is not shown.
  const members = (kind: "elements" | "relations") =>
    groups.flatMap(({ scope }) => (scope.kind === kind ? [...scope.members] : []));
  expect(sorted([...members("elements"), ...nodes.map(({ at }) => at)])).toEqual([...index.elements.keys()]);
  expect(sorted([...members("relations"), ...edges])).toEqual([...index.edges.keys()]);
  const sizes = groups.map(({ count, scope }) => (scope.kind === "views" ? count : scope.members.size));
  expect(groups.map(({ count }) => count)).toEqual(sizes);
  const numbered = text.split("\n").filter((line) => /^\d/.test(line));
  const lines = new Map(numbered.map((line) => [Number.parseInt(line, 10), line.replace("*", "")]));
  for (const { at, number } of nodes) {
    const element = index.elements[at];
    const start = `${number} ${idText(element?.type ?? "")} ${idText(element?.id ?? "")}`;
    expect(`${lines.get(number)} `.startsWith(`${start} `)).toBe(true);
  }
}

const sorted = (positions: number[]) => positions.toSorted((a, b) => a - b);

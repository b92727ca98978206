import { describe, expect, it } from "vitest";
import { tokensOfTool } from "../../inference/admit-run.ts";
import { BUILT_IN_AGENTS } from "../../inference/index.ts";
import { countTokens } from "../../platform/tokenizer/count-tokens.ts";
import { schemaProblems } from "./schema-check.ts";
import { TOOL_NAMES, toolNamed } from "./tool-table.ts";

describe("the table of tools", () => {
  it.each(TOOL_NAMES)("%s has schemas that are sound, and a name and words that providers take", (name) => {
    const { parameters, result, description } = toolNamed(name);
    // A schema is compiled at its first use, and a mistake in it would be found by a user.
    expect(() => [schemaProblems(parameters, {}, ""), schemaProblems(result, {}, "")]).not.toThrow();
    expect(parameters).toMatchObject({ type: "object", additionalProperties: false });
    expect(name).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
    expect(description.length).toBeLessThan(500);
  });

  it.each(TOOL_NAMES)("%s is told to a model in no more tokens than a run holds for it", (name) => {
    const { description, parameters } = toolNamed(name);
    const told = JSON.stringify([{ type: "function", function: { name, description, parameters } }]);
    expect(countTokens(told)).toBeLessThanOrEqual(tokensOfTool(name));
  });

  it("has every tool of the built-in agents, each once", () => {
    expect(new Set(TOOL_NAMES).size).toBe(TOOL_NAMES.length);
    for (const tool of BUILT_IN_AGENTS.flatMap(({ tools }) => tools)) expect(toolNamed(tool).name).toBe(tool);
  });
});

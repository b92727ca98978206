import { z } from "zod";
import { defineTool } from "../tool.ts";
import { artifactId, artifactIdOf } from "./modelled-artifact.ts";

const TOKENS = { default: 3000, least: 200, most: 4000 };
/** The budget is of tokens; a token is rarely as long as ten characters. */
const LONGEST_RESULT = 10 * TOKENS.most;

export const understandModel = defineTool({
  name: "understand_model",
  description:
    "Shows the model in few words: elements with their ids, relations, hotspots, and what was left out with handles to expand. Read it before you change anything.",
  schema: z.strictObject({
    artifact_id: artifactId,
    intent: z
      .enum(["analyze", "modify", "validate", "impact"])
      .default("analyze")
      .describe("what you want to do next; impact follows what depends on the focus"),
    focus: z
      .array(z.string().min(1).max(512))
      .max(50)
      .default([])
      .describe("ids of elements, or types, that must not be left out"),
    token_budget: z.int().min(TOKENS.least).max(TOKENS.most).default(TOKENS.default),
  }),
  longestResult: LONGEST_RESULT,
  result: z.string(),
  async run({ artifact_id, intent, focus, token_budget: tokenBudget }, context) {
    const id = await artifactIdOf(artifact_id, context);
    return context.ports.models.understand(context.modeler, { artifactId: id, intent, focus, tokenBudget });
  },
});

export const expand = defineTool({
  name: "expand",
  description: "Shows what a handle of understand_model stands for.",
  schema: z.strictObject({
    artifact_id: artifactId,
    handle: z.string().min(1).max(1024).describe("as understand_model gave it"),
    token_budget: z.int().min(TOKENS.least).max(TOKENS.most).default(TOKENS.default),
  }),
  longestResult: LONGEST_RESULT,
  result: z.string(),
  async run({ artifact_id, handle, token_budget: tokenBudget }, context) {
    const id = await artifactIdOf(artifact_id, context);
    return context.ports.models.expand(context.modeler, { artifactId: id, handle, tokenBudget });
  },
});

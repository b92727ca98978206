import { z } from "zod";
import { defineTool } from "../tool.ts";
import { diagnosticLine } from "./diagnostic-line.ts";
import { artifactId, artifactIdOf } from "./modelled-artifact.ts";

/** So that the result stays readable; the rest is counted. */
const MOST_PROBLEMS = 50;

export const validateModel = defineTool({
  name: "validate_model",
  description: "Says what is wrong with the model and what could be better, worst first.",
  schema: z.strictObject({ artifact_id: artifactId }),
  result: z.strictObject({ problems: z.array(z.string()), more: z.int() }),
  async run({ artifact_id }, context) {
    const id = await artifactIdOf(artifact_id, context);
    const found = await context.ports.models.validate(context.modeler, id);
    const problems = found.slice(0, MOST_PROBLEMS).map(diagnosticLine);
    return { problems, more: found.length - problems.length };
  },
});

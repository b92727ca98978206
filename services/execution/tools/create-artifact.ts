import { z } from "zod";
import { defineTool } from "./tool.ts";

export const createArtifact = defineTool({
  name: "create_artifact",
  description: "Creates an artifact (a model or a document) with a title. A person is asked to approve it.",
  schema: z.strictObject({
    title: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .regex(/^\P{Cc}*$/u, "must have no control characters"),
    kind: z
      .string()
      .max(64)
      .regex(/^[a-z][a-z0-9_-]*(::[a-z][a-z0-9_-]*)?$/)
      .default("document")
      .describe("such as bpmn, archimate, uml or document"),
  }),
  needsApproval: {
    scope: "artifact.write",
    prompt: ({ title, kind }) => `Create the ${kind} artifact “${title}”?`,
  },
  result: z.strictObject({ artifact_id: z.string(), title: z.string(), kind: z.string() }),
  async run({ title, kind }, { ports, tenantId, userId, idempotencyKey }) {
    const artifactId = await ports.createArtifact({ tenantId, userId }, { title, kind }, idempotencyKey);
    return { artifact_id: artifactId, title, kind };
  },
});

import { z } from "zod";
import { defineTool } from "../tool.ts";
import { artifactId, artifactIdOf } from "./modelled-artifact.ts";

export const find = defineTool({
  name: "find",
  description:
    "Finds elements of the model by a part of their name, by id, or by type, with the ids of their relations. At most 20.",
  schema: z
    .strictObject({
      artifact_id: artifactId,
      text: z.string().trim().max(1000).default("").describe("a part of the name, or an id"),
      type: z.string().trim().max(128).default("").describe("such as userTask or ApplicationComponent"),
    })
    .refine(({ text, type }) => text !== "" || type !== "", { message: "say a text or a type" }),
  result: z.strictObject({
    elements: z.array(
      z.strictObject({
        id: z.string(),
        type: z.string(),
        name: z.string(),
        in: z.string().optional(),
        incoming: z.array(z.string()).optional(),
        outgoing: z.array(z.string()).optional(),
      }),
    ),
  }),
  async run({ artifact_id, text, type }, context) {
    const id = await artifactIdOf(artifact_id, context);
    const found = await context.ports.models.find(context.modeler, { artifactId: id, text, type });
    const elements = found.map(({ parentId, incoming, outgoing, ...element }) => ({
      ...element,
      ...(parentId !== "" && { in: parentId }),
      ...(incoming.length > 0 && { incoming: [...incoming] }),
      ...(outgoing.length > 0 && { outgoing: [...outgoing] }),
    }));
    return { elements };
  },
});

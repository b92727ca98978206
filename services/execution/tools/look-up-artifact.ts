import { z } from "zod";
import { defineTool } from "./tool.ts";

export const lookUpArtifact = defineTool({
  name: "look_up_artifact",
  description:
    "Finds artifacts (models and documents) by a part of their title, or one by its id. At most 10.",
  schema: z.strictObject({
    query: z.string().trim().min(1).max(200).describe("a part of the title, or an artifact id"),
  }),
  result: z.strictObject({
    artifacts: z.array(
      z.strictObject({
        artifact_id: z.string(),
        title: z.string(),
        kind: z.string(),
        update_time: z.string(),
      }),
    ),
  }),
  async run({ query }, { ports, tenantId, userId }) {
    const found = await ports.findArtifacts({ tenantId, userId }, query);
    const artifacts = found.map(({ artifactId, title, kind, updateTime }) => ({
      artifact_id: artifactId,
      title,
      kind,
      update_time: updateTime.toISOString(),
    }));
    return { artifacts };
  },
});
